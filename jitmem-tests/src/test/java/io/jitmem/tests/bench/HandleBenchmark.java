package io.jitmem.tests.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitFunction;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a call through a handle of the runtime costs, beside the linker's own handle on the same
 * address.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("restricted") // the linker's own handle is what is compared with
public class HandleBenchmark {
  private static final FunctionDescriptor TYPE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);

  /** {@code lea eax, [rdi + rsi]; ret} */
  private static final byte[] X86_64_ADD = HexFormat.of().parseHex("8d0437c3");

  private static final JitFunction FUNCTION =
      JitRuntime.over(JitAllocator.builder().strategy(WriteStrategy.DUAL).build())
          .add(MachineCode.of(X86_64_ADD), TYPE);

  private static final MethodHandle OURS = FUNCTION.handle();
  private static final MethodHandle LINKERS =
      Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(FUNCTION.address()), TYPE);

  private int a = 40;
  private int b = 2;

  /** The runtime's handle. */
  @Benchmark
  public int jitmem() throws Throwable {
    return (int) OURS.invokeExact(a, b);
  }

  /** The linker's handle. */
  @Benchmark
  public int linker() throws Throwable {
    return (int) LINKERS.invokeExact(a, b);
  }
}
