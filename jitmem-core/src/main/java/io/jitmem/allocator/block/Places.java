package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleMap;
import java.util.Arrays;

/**
 * Where a pool has become free: for each number of granules below {@code MAX_COUNT} the latest
 * places at which exactly so many were free in a row, the latest on top, and for {@code MAX_COUNT}
 * those of at least as many.
 *
 * <p>A place is a hint and nothing else: whoever takes one looks whether its granules are still
 * free. So nothing has to be told when a place is lost, and the oldest may be forgotten. It serves
 * what most programs do that replace their code, a release followed by an allocation of about the
 * same size, without a search; and since the smallest place is taken that is large enough, it keeps
 * large ones whole.
 *
 * <p>How many places are kept goes by the size of the pool, so that they take a fixed share of it
 * at most. Guarded by the pool's owner.
 */
final class Places {
  /** No place. */
  static final long NONE = -1;

  /** The largest number of granules that places are kept for. */
  static final int MAX_COUNT = GranuleMap.WHOLE_RUN;

  private static final int FIRST_CAPACITY = 8;
  private static final int MAX_CAPACITY = 1 << 16;

  /** A ring of places for each number of granules, less 1, one behind the other. */
  private long[] places = new long[MAX_COUNT * FIRST_CAPACITY];

  private int capacity = FIRST_CAPACITY;

  /** For each ring where its latest place is, and above how many it has. */
  private final long[] rings = new long[MAX_COUNT];

  /** A bit for each ring with places: of the first 64 rings, and of the others. */
  private long filledLow;

  private long filledHigh;

  private int mostCapacity = FIRST_CAPACITY;
  private int takenCount;

  /** Sets how many places may be kept; some are kept in any case. */
  void limit(long count) {
    mostCapacity = (int) Math.min(MAX_CAPACITY, Long.highestOneBit(count / MAX_COUNT));
  }

  /** Remembers that {@code count} granules are free at a place, which are a whole run if short. */
  void push(int count, int slot, int first) {
    int at = count - 1;
    long ring = rings[at];
    if (ring >>> 32 == capacity) {
      ring = growOrForget(at, ring);
    }
    int top = ((int) ring + 1) & (capacity - 1);
    places[at * capacity + top] = (long) slot << 32 | first;
    rings[at] = ((ring >>> 32) + 1) << 32 | top;
    if (at < Long.SIZE) {
      filledLow |= 1L << at;
    } else {
      filledHigh |= 1L << at;
    }
  }

  /**
   * Takes the latest of the smallest places with at least {@code count} granules, or NONE: the slot
   * of its block above, its first granule in the lower 32 bits.
   */
  long take(int count) {
    int at = count - 1;
    if (at < Long.SIZE) {
      long candidates = filledLow & (-1L << at);
      if (candidates != 0) {
        return takeFrom(Long.numberOfTrailingZeros(candidates));
      }
      at = Long.SIZE;
    }
    long candidates = filledHigh & (-1L << at);
    return candidates == 0 ? NONE : takeFrom(Long.SIZE + Long.numberOfTrailingZeros(candidates));
  }

  private long takeFrom(int at) {
    long ring = rings[at];
    int top = (int) ring;
    long left = (ring >>> 32) - 1;
    rings[at] = left << 32 | ((top - 1) & (capacity - 1));
    if (left == 0) {
      emptied(at);
    }
    takenCount = at + 1;
    return places[at * capacity + top];
  }

  private void emptied(int at) {
    if (at < Long.SIZE) {
      filledLow &= ~(1L << at);
    } else {
      filledHigh &= ~(1L << at);
    }
  }

  /** The number of granules that the place had which was taken last. */
  int takenCount() {
    return takenCount;
  }

  /** Forgets every place. */
  void clear() {
    Arrays.fill(rings, 0);
    filledLow = 0;
    filledHigh = 0;
  }

  long overheadBytes() {
    return (long) (places.length + rings.length) * Long.BYTES;
  }

  /** Makes every ring twice as large or, if that is too much, the oldest place of this one go. */
  private long growOrForget(int at, long ring) {
    if (2 * capacity > mostCapacity) {
      return ring - (1L << 32);
    }
    long[] larger = new long[2 * places.length];
    for (int each = 0; each < MAX_COUNT; each++) {
      unroll(each, larger);
    }
    places = larger;
    capacity *= 2;
    return rings[at];
  }

  /** Copies a ring from the oldest place to the latest. */
  private void unroll(int at, long[] larger) {
    int size = (int) (rings[at] >>> 32);
    int oldest = (int) rings[at] - size + 1;
    for (int i = 0; i < size; i++) {
      larger[at * 2 * capacity + i] = places[at * capacity + ((oldest + i) & (capacity - 1))];
    }
    rings[at] = (long) size << 32 | ((size - 1) & (2 * capacity - 1));
  }
}
