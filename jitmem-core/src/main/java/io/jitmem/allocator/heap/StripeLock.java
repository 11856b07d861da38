package io.jitmem.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for sections of well under a microsecond that are entered tens of millions of times a
 * second: one compare-and-set to enter, one ordered store to leave, where {@link
 * java.util.concurrent.locks.ReentrantLock} takes two fenced operations and a note of its owner.
 * Not reentrant, not fair. A thread that cannot enter spins for about as long as a section lasts,
 * then sleeps in short turns, since the holder may have lost its processor.
 */
final class StripeLock {
  private static final int SPINS = 200;
  private static final long FIRST_SLEEP_NANOS = 1_000;
  private static final long LONGEST_SLEEP_NANOS = 200_000;
  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(StripeLock.class, "held", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  @SuppressWarnings("UnusedVariable") // read and written through HELD
  private boolean held;

  boolean tryLock() {
    return HELD.weakCompareAndSetAcquire(this, false, true);
  }

  void lock() {
    if (!HELD.compareAndSet(this, false, true)) {
      lockContended();
    }
  }

  void unlock() {
    HELD.setRelease(this, false);
  }

  private void lockContended() {
    long sleepNanos = FIRST_SLEEP_NANOS;
    while (true) {
      for (int spin = 0; spin < SPINS; spin++) {
        if (!(boolean) HELD.getOpaque(this) && HELD.compareAndSet(this, false, true)) {
          return;
        }
        Thread.onSpinWait();
      }
      LockSupport.parkNanos(this, sleepNanos);
      sleepNanos = Math.min(LONGEST_SLEEP_NANOS, sleepNanos * 2);
    }
  }
}
