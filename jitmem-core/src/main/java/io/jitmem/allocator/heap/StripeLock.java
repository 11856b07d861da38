package io.jitmem.allocator.heap;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for sections of well under a microsecond that are entered tens of millions of times a
 * second: one compare-and-set to enter, one ordered store to leave, where {@link
 * java.util.concurrent.locks.ReentrantLock} takes two fenced operations and a note of its owner.
 * Not reentrant, not fair. A thread that cannot enter spins for about as long as a section lasts,
 * then sleeps in short turns, since the holder may have lost its processor.
 *
 * <p>What it guards is in a subclass, so that both share a cache line, and no two locks do: {@link
 * Padding} comes before.
 */
abstract sealed class StripeLock extends Padding permits Stripe {
  private static final int SPINS = 200;
  private static final long FIRST_SLEEP_NANOS = 1_000;
  private static final long LONGEST_SLEEP_NANOS = 200_000;

  private static final AtomicIntegerFieldUpdater<StripeLock> HELD =
      AtomicIntegerFieldUpdater.newUpdater(StripeLock.class, "held");

  /** 0 free, 1 held. */
  private volatile int held;

  final boolean tryLock() {
    return HELD.compareAndSet(this, 0, 1);
  }

  /** Waits until nobody else holds the lock, and takes it. */
  public final void lock() {
    if (!HELD.compareAndSet(this, 0, 1)) {
      lockContended();
    }
  }

  /** Gives the lock back. */
  public final void unlock() {
    HELD.lazySet(this, 0);
  }

  /** Takes the lock if it can be had while a section may last. */
  final boolean lockSoon() {
    for (int spin = 0; spin < SPINS; spin++) {
      if (held == 0 && HELD.compareAndSet(this, 0, 1)) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  private void lockContended() {
    long sleepNanos = FIRST_SLEEP_NANOS;
    while (!lockSoon()) {
      LockSupport.parkNanos(this, sleepNanos);
      sleepNanos = Math.min(LONGEST_SLEEP_NANOS, sleepNanos * 2);
    }
  }
}
