package io.jitmem.runtime.guard;

/**
 * Which of several cells a thread counts in: threads that were started one after the other in
 * different ones, and one that meets another there moves on, for all guards.
 *
 * <p>How far a thread has moved is kept by the lower bits of its number, for there may be millions
 * of them. The table is read and written without order: what is old or lost costs a collision.
 */
final class HomeCells {
  /** A power of two: twice the processors, so that threads find one of their own. */
  static final int COUNT =
      Math.clamp(Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1), 2, 64);

  private static final int THREAD_SLOTS = 256;
  private static final byte[] MOVES = new byte[THREAD_SLOTS];

  private HomeCells() {}

  /** The number of this thread's cell, below {@link #COUNT}. */
  static int ofThisThread() {
    int thread = (int) Thread.currentThread().threadId();
    return (thread + MOVES[thread & (THREAD_SLOTS - 1)]) & (COUNT - 1);
  }

  /** Takes this thread to the next cell. */
  static void moveOn() {
    MOVES[(int) Thread.currentThread().threadId() & (THREAD_SLOTS - 1)]++;
  }
}
