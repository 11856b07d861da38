package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.unwind.UnwindTables;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.spi.FunctionTables;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What Windows finds of published code when it unwinds: Windows or wine itself, or the shim. */
@SuppressWarnings("restricted")
class SystemUnwindTest {
  private static final boolean ON_WINDOWS = System.getProperty("os.name").startsWith("Windows");
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  /**
   * At 0: push rbp; mov rbp, rsp; pop rbp; ret. At 16: a leaf. At 32: the first, behind endbr64.
   */
  private static final byte[] CODE =
      HEX.parseHex(
          "55 48 89 e5 5d c3 cc cc cc cc cc cc cc cc cc cc 8d 04 11 c3 cc cc cc cc cc cc cc cc cc cc"
              + " cc cc f3 0f 1e fa 55 48 89 e5 5d c3");

  private static final CodeDescription DESCRIPTION =
      new CodeDescription(
          "module",
          List.of(
              new CodeSymbol("marked", 32, 10),
              new CodeSymbol("framed", 0, 6),
              new CodeSymbol("alias", 0, 6),
              new CodeSymbol("leaf", 16, 4)),
          List.of(),
          Optional.empty());

  private final Optional<WindowsShim> shim =
      ON_WINDOWS ? Optional.empty() : Optional.of(WindowsShim.compile());
  private final VirtMem memory = shim.map(WindowsShim::backend).orElseGet(VirtMem::host);
  private final SymbolLookup system =
      shim.map(WindowsShim::symbols)
          .orElseGet(() -> SymbolLookup.libraryLookup("ntdll", Arena.global()));
  private UnwindTables tables;
  private JitAllocator allocator;

  @BeforeEach
  void tables_are_open() {
    assumeTrue(
        Platform.current().architecture().equals(Optional.of(Architecture.X86_64)),
        "the tables are x86-64's");
    tables = UnwindTables.open(memory);
    allocator = JitAllocator.builder().virtMem(memory).listener(tables).build();
  }

  @AfterEach
  void nothing_is_left() {
    if (allocator != null) {
      allocator.close();
      tables.close();
      shim.ifPresent(each -> assertThat(each.left()).isZero());
    }
  }

  @Test
  void functions_with_frame_pointers_are_found_until_their_code_is_released() {
    Span span = publish(CODE, DESCRIPTION);
    long at = span.address();
    assertThat(tables.count()).isOne();
    assertThat(found(at)).hasValue("0 to 6: 01 04 02 05 04 03 01 50");
    assertThat(found(at + 5)).isEqualTo(found(at));
    assertThat(found(at + 6)).isEmpty();
    assertThat(found(at + 16)).isEmpty();
    assertThat(found(at + 41)).hasValue("32 to 42: 01 08 02 05 08 03 05 50");
    allocator.release(span);
    assertThat(found(at)).isEmpty();
    assertThat(tables.count()).isZero();
  }

  @Test
  void functions_are_found_until_a_reset() {
    Span span = publish(CODE, DESCRIPTION);
    allocator.reset(ResetPolicy.SOFT);
    assertThat(found(span.address())).isEmpty();
    assertThat(tables.count()).isZero();
  }

  @Test
  void functions_are_found_until_the_tables_are_closed() {
    Span first = publish(CODE, DESCRIPTION);
    Span second = publish(CODE, DESCRIPTION);
    assertThat(found(first.address())).isPresent().isEqualTo(found(second.address()));
    tables.close();
    assertThat(found(first.address())).isEmpty();
    assertThat(found(second.address())).isEmpty();
    publish(CODE, DESCRIPTION);
    assertThat(tables.count()).isZero();
  }

  @Test
  void code_that_is_written_again_is_registered_once_as_what_it_is_now() {
    Span span = publish(CODE, CodeDescription.of("f"));
    assertThat(found(span.address() + 41))
        .hasValueSatisfying(whole -> assertThat(whole).endsWith(": 01 04 02 05 04 03 01 50"));
    allocator.write(span, CODE, DESCRIPTION);
    assertThat(found(span.address() + 41)).hasValue("32 to 42: 01 08 02 05 08 03 05 50");
    allocator.write(span, SampleCode.ADD, CodeDescription.of("leaf"));
    assertThat(tables.count()).isZero();
    assertThat(found(span.address())).isEmpty();
  }

  @Test
  void described_frames_are_not_looked_at() {
    CodeRange nowhere = new CodeRange(8, 1);
    publish(CODE, new CodeDescription("f", List.of(), List.of(), Optional.of(nowhere)));
    assertThat(tables.count()).isOne();
  }

  @Test
  void code_without_a_place_above_for_what_is_said_of_it_is_refused_and_leaves_nothing() {
    long before = left();
    try (UnwindTables below = UnwindTables.open(placingAt4GiB())) {
      PublishedCode code =
          new PublishedCode(
              new CodeRange(1L << 46, CODE.length),
              MemorySegment.ofArray(CODE),
              Architecture.X86_64,
              DESCRIPTION);
      assertThatThrownBy(() -> below.published(code))
          .isInstanceOf(VirtMemException.class)
          .hasMessageContaining("not within 4 GiB above the code at 0x400000000000");
      assertThat(below.count()).isZero();
      assertThat(left()).isEqualTo(before);
    }
  }

  /** A walk by the system, from a function that generated code calls, to what has called it. */
  @Test
  @EnabledOnOs(value = OS.WINDOWS, disabledReason = "the shim does not walk")
  void a_walk_goes_through_generated_code_while_it_is_registered() throws Throwable {
    long walker = system.findOrThrow("RtlCaptureStackBackTrace").address();
    Span inner = publish(calling(walker), CodeDescription.of("inner"));
    Span outer = publish(calling(inner.address()), CodeDescription.of("outer"));
    List<Long> walk = walk(outer);
    int at = walk.indexOf(inner.address() + 20);
    assertThat(at).isNotNegative();
    assertThat(walk.get(at + 1)).isEqualTo(outer.address() + 20);
    assertThat(walk).hasSizeGreaterThan(at + 2);
    tables.close();
    assertThat(walk(outer)).doesNotContain(outer.address() + 20);
  }

  /** push rbp; mov rbp, rsp; sub rsp, 32; mov rax, function; call rax; leave; ret. */
  private static byte[] calling(long function) {
    return ByteBuffer.allocate(22)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(HEX.parseHex("55 48 89 e5 48 83 ec 20 48 b8"))
        .putLong(function)
        .put(HEX.parseHex("ff d0 c9 c3"))
        .array();
  }

  private static List<Long> walk(Span from) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ips = arena.allocate(JAVA_LONG, 32);
      short count =
          (short)
              Linker.nativeLinker()
                  .downcallHandle(
                      MemorySegment.ofAddress(from.address()),
                      FunctionDescriptor.of(JAVA_SHORT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS))
                  .invokeExact(0, 32, ips, MemorySegment.NULL);
      List<Long> found = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        found.add(ips.getAtIndex(JAVA_LONG, i));
      }
      return found;
    }
  }

  private long left() {
    return shim.map(WindowsShim::left).orElse(0L);
  }

  private Span publish(byte[] code, CodeDescription description) {
    Span span = allocator.allocate(code.length);
    allocator.write(span, code, description);
    return span;
  }

  /** The same backend, but that address space is had around 4 GiB only. */
  private VirtMem placingAt4GiB() {
    return (VirtMem)
        Proxy.newProxyInstance(
            VirtMem.class.getClassLoader(),
            new Class<?>[] {VirtMem.class, FunctionTables.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("reserve")) {
                arguments[1] = Placement.near(4L << 30, 1L << 30);
              }
              try {
                return method.invoke(memory, arguments);
              } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
              }
            });
  }

  /** What the system finds at an address: where the function is, and its unwind information. */
  private Optional<String> found(long address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment base = arena.allocate(JAVA_LONG);
      MemorySegment entry =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(
                      system.findOrThrow("RtlLookupFunctionEntry"),
                      FunctionDescriptor.of(ADDRESS, JAVA_LONG, ADDRESS, ADDRESS))
                  .invokeExact(address, base, MemorySegment.NULL);
      if (entry.address() == 0) {
        return Optional.empty();
      }
      int[] fields = entry.reinterpret(12).toArray(JAVA_INT);
      long unwind = base.get(JAVA_LONG, 0) + Integer.toUnsignedLong(fields[2]);
      byte[] info = MemorySegment.ofAddress(unwind).reinterpret(8).toArray(JAVA_BYTE);
      return Optional.of("%d to %d: %s".formatted(fields[0], fields[1], HEX.formatHex(info)));
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
