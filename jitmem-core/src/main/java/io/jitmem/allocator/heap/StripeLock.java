package io.jitmem.allocator.heap;

import java.util.concurrent.atomic.AtomicInteger;
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

  /** 0 free, 1 held. */
  private final AtomicInteger held = new AtomicInteger();

  boolean tryLock() {
    return held.compareAndSet(0, 1);
  }

  void lock() {
    if (!held.compareAndSet(0, 1)) {
      lockContended();
    }
  }

  void unlock() {
    held.setRelease(0);
  }

  private void lockContended() {
    long sleepNanos = FIRST_SLEEP_NANOS;
    while (true) {
      for (int spin = 0; spin < SPINS; spin++) {
        if (held.getOpaque() == 0 && held.compareAndSet(0, 1)) {
          return;
        }
        Thread.onSpinWait();
      }
      LockSupport.parkNanos(this, sleepNanos);
      sleepNanos = Math.min(LONGEST_SLEEP_NANOS, sleepNanos * 2);
    }
  }
}
