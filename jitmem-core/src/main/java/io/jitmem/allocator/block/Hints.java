package io.jitmem.allocator.block;

import org.jspecify.annotations.Nullable;

/**
 * Where spans of small sizes were released not long ago: of each number of granules, the last few
 * places. A place is a hint and nothing else; whoever takes one looks whether its granules are
 * still free. So a release followed by an allocation of the same size, which is most of what a
 * program does that replaces its code, needs no search, and nothing has to be told when a place is
 * lost.
 */
final class Hints {
  /** No hint. */
  static final long NONE = -1;

  private static final int MAX_COUNT = 64;
  private static final int PLACES = 64;

  /** For each number of granules a ring of places, made when it is first needed. */
  private final long[] @Nullable [] rings = new long[MAX_COUNT + 1] @Nullable [];

  private final int[] sizes = new int[MAX_COUNT + 1];
  private final int[] tops = new int[MAX_COUNT + 1];

  /** Remembers a place; the oldest of its size is forgotten if there are too many. */
  void push(int count, int slot, int first) {
    if (count > MAX_COUNT) {
      return;
    }
    long[] ring = rings[count];
    if (ring == null) {
      ring = new long[PLACES];
      rings[count] = ring;
    }
    int top = (tops[count] + 1) & (PLACES - 1);
    tops[count] = top;
    ring[top] = (long) slot << 32 | first;
    if (sizes[count] < PLACES) {
      sizes[count]++;
    }
  }

  /**
   * Takes the latest place of a size: the slot of its block above, its first granule in the lower
   * 32 bits.
   */
  long pop(int count) {
    if (count > MAX_COUNT || sizes[count] == 0) {
      return NONE;
    }
    long[] ring = rings[count];
    int top = tops[count];
    tops[count] = (top - 1) & (PLACES - 1);
    sizes[count]--;
    return ring == null ? NONE : ring[top];
  }
}
