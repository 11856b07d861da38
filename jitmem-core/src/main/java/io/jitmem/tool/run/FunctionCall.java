package io.jitmem.tool.run;

import io.jitmem.tool.command.Progress;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function with the arguments to call it with. */
final class FunctionCall {
  /**
   * How long one uninterrupted loop of calls lasts at least, once it is known how many that are.
   */
  private static final long ROUND_NANOS = 20_000_000;

  private final MethodHandle handle;
  private final List<Object> arguments;

  FunctionCall(MethodHandle handle, List<Object> arguments) {
    this.handle = handle;
    this.arguments = List.copyOf(arguments);
  }

  /** Calls once and returns the result, or null of a void function. */
  @Nullable Object once() {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable thrown) {
      throw unchecked(thrown);
    }
  }

  /**
   * Calls {@code count} times. Between the rounds, of which each has more calls than the one before
   * until it lasts long enough, nothing but the clock is read and progress told.
   */
  Timing repeat(long count, Progress progress) {
    MethodHandle bound = MethodHandles.insertArguments(handle, 0, arguments.toArray());
    MethodHandle withoutResult = bound.asType(MethodType.methodType(void.class));
    MethodHandle withResult = bound.asType(MethodType.methodType(Object.class));
    try {
      long start = System.nanoTime();
      callRounds(withoutResult, count - 1, start, progress);
      Object result = (Object) withResult.invokeExact();
      long nanos = System.nanoTime() - start;
      return new Timing(result, count, nanos);
    } catch (Throwable thrown) {
      throw unchecked(thrown);
    } finally {
      progress.end();
    }
  }

  private static void callRounds(MethodHandle bound, long count, long start, Progress progress)
      throws Throwable {
    long round = 1;
    for (long done = 0; done < count; ) {
      long before = System.nanoTime();
      long calls = Math.min(round, count - done);
      callOften(bound, calls);
      done += calls;
      long now = System.nanoTime();
      round = now - before < ROUND_NANOS ? round * 2 : round;
      progress.at(done, now - start);
    }
  }

  private static void callOften(MethodHandle bound, long count) throws Throwable {
    for (long i = 0; i < count; i++) {
      bound.invokeExact();
    }
  }

  /** Native code throws nothing; what comes from binding and linking is unchecked. */
  private static RuntimeException unchecked(Throwable thrown) {
    switch (thrown) {
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default -> throw new AssertionError("a native function has thrown", thrown);
    }
  }
}
