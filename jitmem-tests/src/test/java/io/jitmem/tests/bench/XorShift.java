package io.jitmem.tests.bench;

/** The random numbers of the peer: xorshift64 with 13, 7, 17, of which the upper half is used. */
final class XorShift {
  private static final long SEED = 0x9E3779B97F4A7C15L;

  /** Threads start from states so far apart. */
  private static final long STRIDE = 77;

  private long state;

  /** The numbers of a thread, counted from 0. */
  XorShift(int thread) {
    state = SEED + thread * STRIDE;
  }

  /** The next number, 0 to 2^32 - 1. */
  long next() {
    state ^= state << 13;
    state ^= state >>> 7;
    state ^= state << 17;
    return state >>> 32;
  }

  /** The next number modulo a bound. */
  int below(int bound) {
    return (int) (next() % bound);
  }
}
