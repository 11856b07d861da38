package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import io.jitmem.virtmem.spi.FunctionTables;
import io.jitmem.virtmem.spi.FunctionTables.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Function tables over the shim, which looks entries up as Windows does. */
class FunctionTablesTest {
  private static final long GRANULE = 64 << 10;
  private static final List<Function> TWO =
      List.of(new Function(0, 16, GRANULE), new Function(32, 48, 0xffff_fffcL));

  private final Shim shim = Shim.open();
  private final FaultyBinder system = new FaultyBinder(shim.binder());
  private final WindowsVirtMem memory = new WindowsVirtMem(system, Architecture.X86_64);
  private final BoundFunction lookUp =
      new BoundFunction(
          shim.binder(),
          NativeFunction.of(
                  "RtlLookupFunctionEntry",
                  FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS))
              .orIn("ntdll")
              .withoutErrno());
  private MemorySegment code;
  private long before;

  @BeforeEach
  void code_is_there() {
    code = memory.allocate(GRANULE, Protection.RX);
    before = shim.left();
  }

  @AfterEach
  void nothing_is_left() {
    assertThat(shim.left()).isEqualTo(before);
    memory.release(code);
  }

  @Test
  void functions_are_found_by_their_addresses_until_their_table_is_closed() {
    FunctionTables.Table table = memory.add(code, TWO);
    assertThat(found(0)).containsExactly(0, 16, (int) GRANULE);
    assertThat(found(15)).containsExactly(0, 16, (int) GRANULE);
    assertThat(found(16)).isEmpty();
    assertThat(found(47)).containsExactly(32, 48, -4);
    assertThat(found(48)).isEmpty();
    table.close();
    assertThat(found(0)).isEmpty();
  }

  @Test
  void tables_are_independent_of_each_other() {
    FunctionTables.Table first = memory.add(code.asSlice(0, 32), TWO.subList(0, 1));
    FunctionTables.Table second = memory.add(code.asSlice(32, 32), TWO.subList(0, 1));
    first.close();
    assertThat(found(0)).isEmpty();
    assertThat(found(32)).containsExactly(0, 16, (int) GRANULE);
    second.close();
  }

  @Test
  void a_table_is_closed_once() {
    FunctionTables.Table table = memory.add(code, TWO);
    table.close();
    assertThatThrownBy(table::close).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 16, 0",
    "16, 16, 0",
    "16, 8, 0",
    "0, 4294967296, 0",
    "0, 16, 2",
    "0, 16, -4",
    "0, 16, 4294967296"
  })
  void offsets_out_of_range_are_refused(long begin, long end, long unwind) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Function(begin, end, unwind));
  }

  @Test
  void functions_that_are_none_out_of_order_or_outside_are_refused_with_their_values() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.add(code, List.of()))
        .withMessageContaining("needs a function");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.add(code, TWO.reversed()))
        .withMessageContaining("begin=0")
        .withMessageContaining("offset 48");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> memory.add(code, List.of(new Function(0, 16, 0), new Function(15, 17, 0))))
        .withMessageContaining("offset 16");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.add(code.asSlice(0, 47), TWO))
        .withMessageContaining("end=48")
        .withMessageContaining("47");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.add(MemorySegment.ofArray(new byte[64]), TWO))
        .withMessageContaining("not native memory");
  }

  @Test
  void a_refusal_names_the_call_and_its_status() {
    system.failAlways("RtlAddGrowableFunctionTable", WindowsAbi.STATUS_NO_MEMORY);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.add(code, TWO))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.OUT_OF_MEMORY))
        .withMessageContaining("RtlAddGrowableFunctionTable(0x")
        .withMessageContaining(", 2, 2, " + BitNames.hex(code.address()))
        .withMessageContaining("NTSTATUS 0xc0000017");
  }

  @Test
  void a_system_without_such_tables_says_so() {
    system.lack("RtlAddGrowableFunctionTable");
    assertThatThrownBy(() -> memory.add(code, TWO))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("came with Windows 8");
    assertThatThrownBy(memory::requireFunctionTables)
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void tables_of_another_cpu_are_not_made() {
    WindowsVirtMem arm = new WindowsVirtMem(system, Architecture.AARCH64);
    assertThatThrownBy(() -> arm.add(code, TWO))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("AARCH64");
  }

  /** The entry of the function at an offset of the code; empty if there is none. */
  private int[] found(long offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment base = arena.allocate(JAVA_LONG);
      long entry =
          (long) lookUp.handle().invokeExact(code.address() + offset, base, MemorySegment.NULL);
      return entry == 0
          ? new int[0]
          : shim.binder().segment(entry, 12, Arena.global()).toArray(JAVA_INT);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
