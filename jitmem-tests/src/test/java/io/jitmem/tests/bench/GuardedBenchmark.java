package io.jitmem.tests.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a call through a guarded handle costs beside a raw one, for one thread, and for two that
 * call the same function.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GuardedBenchmark {
  /** {@code lea eax, [rdi + rsi]; ret} */
  private static final byte[] X86_64_ADD = HexFormat.of().parseHex("8d0437c3");

  private static final JitFunction FUNCTION =
      JitRuntime.over(JitAllocator.builder().strategy(WriteStrategy.DUAL).build())
          .add(MachineCode.of(X86_64_ADD), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private static final MethodHandle RAW = FUNCTION.handle();
  private static final MethodHandle GUARDED = FUNCTION.guardedHandle();

  private int a = 40;
  private int b = 2;

  /** The raw handle. */
  @Benchmark
  public int raw() throws Throwable {
    return (int) RAW.invokeExact(a, b);
  }

  /** The raw handle, by two threads. */
  @Benchmark
  @Threads(2)
  public int rawByTwo() throws Throwable {
    return (int) RAW.invokeExact(a, b);
  }

  /** The guarded handle. */
  @Benchmark
  public int guarded() throws Throwable {
    return (int) GUARDED.invokeExact(a, b);
  }

  /** The guarded handle, by two threads. */
  @Benchmark
  @Threads(2)
  public int guardedByTwo() throws Throwable {
    return (int) GUARDED.invokeExact(a, b);
  }
}
