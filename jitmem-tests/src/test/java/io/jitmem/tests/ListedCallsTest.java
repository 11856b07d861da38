package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.LinkException;
import io.jitmem.code.MachineCode;
import io.jitmem.observe.CodeDescription;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real code where checked calls enter listed places only: on the Windows backend over our reading
 * of the manuals, whose books say what a check would find.
 */
@EnabledIfSystemProperty(
    named = "os.arch",
    matches = "amd64",
    disabledReason = "the machine code here is x86-64's")
class ListedCallsTest {
  private static final FunctionDescriptor TYPE = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final String SOURCE =
      """
      static int __attribute__((noinline)) inner(int n) { return 3 * n + 1; }
      int twice(int n) { return 2 * inner(n); }
      int seven(int n) { return n + 7; }
      """;
  private static final int STEP = VirtMem.CALL_TARGET_BYTE_ALIGNMENT;

  private final WindowsShim shim = WindowsShim.compile().withControlFlowGuard();

  @AfterEach
  void nothing_is_left() {
    assertThat(shim.left()).isZero();
  }

  private JitAllocator allocator(WriteStrategy strategy) {
    return JitAllocator.builder()
        .virtMem(shim.backend())
        .strategy(strategy)
        .guardedBranches(true)
        .build();
  }

  private List<Long> callable(long address, long byteSize) {
    return LongStream.iterate(address, at -> at < address + byteSize, at -> at + STEP)
        .filter(shim::mayBeCalled)
        .boxed()
        .toList();
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void a_function_may_be_called_from_its_publication_to_its_end(WriteStrategy strategy)
      throws Throwable {
    try (JitRuntime runtime = JitRuntime.over(allocator(strategy))) {
      assertThat(runtime.allocator().virtMem().listsCallTargets()).isTrue();
      JitFunction function = runtime.add(MachineCode.of(SampleCode.returning(7)));
      long entry = function.address();
      assertThat((int) function.handle(FunctionDescriptor.of(JAVA_INT)).invokeExact()).isEqualTo(7);
      assertThat(callable(entry, 64)).containsExactly(entry);
      function.close();
      assertThat(callable(entry, 64)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void the_functions_of_compiled_code_may_be_called_and_nothing_between(WriteStrategy strategy)
      throws Throwable {
    MachineCode code = MachineCode.fromElf(Toolchain.compileText("gcc", "-O2", ".c", SOURCE));
    try (JitRuntime runtime = JitRuntime.over(allocator(strategy))) {
      JitModule module = runtime.addModule(List.of(code), name -> Optional.empty());
      long twice = module.symbol("twice").address();
      long seven = module.symbol("seven").address();
      long first = Math.min(twice, seven) & -64L;
      Span span = runtime.allocator().query(twice).orElseThrow();
      assertThat((int) module.function("twice").handle(TYPE).invokeExact(2)).isEqualTo(14);
      // The third is the function that others cannot name, but can be given the address of.
      assertThat(callable(span.address(), span.byteSize())).contains(twice, seven).hasSize(3);
      module.close();
      assertThat(callable(first, 4096)).isEmpty();
    }
  }

  @Test
  void a_function_that_no_list_can_hold_is_refused_by_its_name() {
    MachineCode code =
        MachineCode.fromElf(
            "odd.o", Toolchain.compileText("gcc", "-O1 -falign-functions=1", ".c", SOURCE));
    try (JitRuntime runtime = JitRuntime.over(allocator(WriteStrategy.DIRECT))) {
      assertThatExceptionOfType(LinkException.class)
          .isThrownBy(() -> runtime.addModule(List.of(code), name -> Optional.empty()))
          .withMessageContaining("of odd.o is not at a multiple of 16 bytes")
          .withMessageContaining("-falign-functions=16");
      assertThat(runtime.allocator().statistics().spanCount()).isZero();
    }
    try (JitRuntime unguarded = JitRuntime.over(JitAllocator.create())) {
      unguarded.addModule(List.of(code), name -> Optional.empty()).close();
    }
  }

  @Test
  void of_functions_that_share_pages_each_may_be_called_until_its_own_end() {
    try (JitAllocator allocator = allocator(WriteStrategy.SEAL)) {
      Span one;
      Span other;
      try (WriteScope scope = allocator.writeScope()) {
        one = scope.allocate(64);
        other = scope.allocate(200);
        scope.write(one, SampleCode.returning(1));
        scope.write(other, SampleCode.returning(2));
        assertThat(callable(one.address(), 4096)).isEmpty();
      }
      assertThat(callable(one.address() & -4096L, 4096))
          .containsExactly(one.address(), other.address());
      allocator.release(one);
      assertThat(callable(one.address() & -4096L, 4096)).containsExactly(other.address());
      allocator.release(other);
      assertThat(callable(one.address() & -4096L, 4096)).isEmpty();
    }
  }

  @Test
  void what_is_described_may_be_called_and_a_later_write_takes_nothing_away() {
    try (JitAllocator allocator = allocator(WriteStrategy.DUAL)) {
      assertThat(allocator.wantsDescriptions()).isTrue();
      Span span = allocator.allocate(256);
      long start = span.address();
      allocator.write(
          span,
          new byte[200],
          new CodeDescription(
              "two",
              List.of(
                  new CodeSymbol("second", 48, 16),
                  new CodeSymbol("odd", 50, 2),
                  new CodeSymbol("outside", 4096, 16)),
              List.of(),
              Optional.empty()));
      assertThat(callable(start, 256)).containsExactly(start, start + 48);
      allocator.write(span, 64, MemorySegment.ofArray(new byte[16]));
      assertThat(callable(start, 256)).containsExactly(start, start + 48);
      allocator.shrink(span, 32);
      assertThat(callable(start, 256)).containsExactly(start, start + 48);
      allocator.shrink(span, 1);
      allocator.release(span);
      assertThat(callable(start, 256)).isEmpty();
    }
  }
}
