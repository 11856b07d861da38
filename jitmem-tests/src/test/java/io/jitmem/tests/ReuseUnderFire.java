package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One thread writes functions into memory that ran before and hands each over; others call what
 * they were handed, and compare.
 *
 * <p>A caller says what it is about to call and then looks whether that is still what is handed
 * out; the writer hands out another function first and then looks whether anybody is inside the old
 * one. So a function is released only when nobody runs it, and a wrong result can only come from
 * code that was replaced and not seen.
 *
 * <p>A core that holds old instructions past a flush is rare, and emulators have none; so each hand
 * over on memory that ran before is also held to a synchronisation of the cores that reached the
 * system since the code was written.
 */
@SuppressWarnings("restricted")
final class ReuseUnderFire {
  /**
   * What came of it: how many calls, how many functions, how many of them were handed over on
   * memory that ran before and without a synchronisation, and how many calls gave an old result.
   */
  record Result(long calls, long functions, long unsynchronized, long stale, String example) {}

  private record Handed(Span span, MemorySegment entry, int value) {}

  private static final MethodHandle CALL =
      Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT));

  /** How often a caller calls a function before it waits for the next. */
  static final int CALLS_IN_A_ROW = 100;

  private static final int NOWHERE = -1;

  private final AtomicReference<Handed> current = new AtomicReference<>();

  /** The value of the function that each caller is in: no two functions have the same. */
  private final AtomicIntegerArray inside;

  private final AtomicLong remaining;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong stale = new AtomicLong();
  private final AtomicReference<String> example = new AtomicReference<>("");
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicInteger running = new AtomicInteger();

  /** What reaches the system. */
  private final FaultyVirtMem system;

  /** Where functions were handed over; of the writer alone, as the next one. */
  private final Set<Long> ran = new HashSet<>();

  private long unsynchronized;

  private ReuseUnderFire(VirtMem memory, int callers, long calls) {
    system = new FaultyVirtMem(memory, FaultPlan.none());
    inside = new AtomicIntegerArray(callers);
    for (int i = 0; i < callers; i++) {
      inside.set(i, NOWHERE);
    }
    remaining = new AtomicLong(calls);
  }

  /** Makes at least so many calls on memory of a backend, which the allocator sees changed. */
  static Result run(
      VirtMem memory,
      UnaryOperator<VirtMem> change,
      WriteStrategy strategy,
      int callers,
      long calls)
      throws InterruptedException {
    ReuseUnderFire fire = new ReuseUnderFire(memory, callers, calls);
    VirtMem changed = change.apply(fire.system);
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(changed).strategy(strategy).build()) {
      return fire.run(allocator, callers);
    }
  }

  private Result run(JitAllocator allocator, int callers) throws InterruptedException {
    long functions = 0;
    current.set(write(allocator, 0));
    List<Thread> threads = new ArrayList<>();
    running.set(callers);
    for (int i = 0; i < callers; i++) {
      int slot = i;
      threads.add(Thread.ofPlatform().start(() -> callUntilDone(slot)));
    }
    while (running.get() > 0) {
      functions++;
      Handed old = current.getAndSet(write(allocator, (int) functions));
      awaitNobodyInside(old);
      allocator.release(old.span());
    }
    for (Thread thread : threads) {
      thread.join();
    }
    allocator.release(current.get().span());
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException(thrown);
    }
    return new Result(calls.get(), functions, unsynchronized, stale.get(), example.get());
  }

  private Handed write(JitAllocator allocator, int value) {
    byte[] code = SampleCode.returning(value);
    Span span = allocator.allocate(code.length);
    long before = system.calls(Operation.SYNCHRONIZE);
    allocator.write(span, code);
    boolean ranBefore = !ran.add(span.address());
    if (ranBefore && system.calls(Operation.SYNCHRONIZE) == before) {
      unsynchronized++;
    }
    return new Handed(span, span.entry(), value);
  }

  private void awaitNobodyInside(Handed old) {
    for (int i = 0; i < inside.length(); i++) {
      while (inside.get(i) == old.value()) {
        LockSupport.parkNanos(1);
      }
    }
  }

  private void callUntilDone(int slot) {
    try {
      int last = NOWHERE;
      while (remaining.get() > 0) {
        Handed handed = current.get();
        if (handed.value() == last) {
          LockSupport.parkNanos(1);
          continue;
        }
        inside.set(slot, handed.value());
        if (current.get().value() == handed.value()) {
          call(handed);
          last = handed.value();
        }
        inside.set(slot, NOWHERE);
      }
    } catch (Throwable thrown) {
      failure.compareAndSet(null, thrown);
    } finally {
      inside.set(slot, NOWHERE);
      running.decrementAndGet();
    }
  }

  private void call(Handed handed) throws Throwable {
    for (int i = 0; i < CALLS_IN_A_ROW; i++) {
      int answer = (int) CALL.invokeExact(handed.entry());
      if (answer != handed.value()) {
        stale.incrementAndGet();
        example.set(handed.value() + " was asked for, and " + answer + " came");
      }
    }
    calls.addAndGet(CALLS_IN_A_ROW);
    remaining.addAndGet(-CALLS_IN_A_ROW);
  }
}
