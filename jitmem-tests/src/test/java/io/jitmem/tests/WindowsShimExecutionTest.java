package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Code is executed in memory of the Windows backend, over our reading of the manuals. */
@SuppressWarnings("restricted") // calls generated code as users do
class WindowsShimExecutionTest {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);

  private final WindowsShim shim = WindowsShim.compile();

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void wherever_the_system_likes(WriteStrategy strategy) throws Throwable {
    execute(builder -> builder.strategy(strategy));
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void in_a_range_that_is_reserved(WriteStrategy strategy) throws Throwable {
    execute(builder -> builder.strategy(strategy).range(64 << 20));
  }

  private void execute(UnaryOperator<JitAllocatorBuilder> options) throws Throwable {
    try (JitAllocator allocator =
        options.apply(JitAllocator.builder().virtMem(shim.backend())).build()) {
      Span span = allocator.allocate(SampleCode.ADD.length);
      allocator.write(span, SampleCode.ADD);
      assertThat(call(span.entry())).isEqualTo(42);
      allocator.release(span);
      Span other = allocator.allocate(SampleCode.returning(7).length);
      allocator.write(other, SampleCode.returning(7));
      assertThat(call(other.entry())).isEqualTo(7);
    }
    assertThat(shim.left()).isZero();
  }

  private static int call(MemorySegment entry) throws Throwable {
    return (int) Linker.nativeLinker().downcallHandle(entry, TYPE).invokeExact(40, 2);
  }
}
