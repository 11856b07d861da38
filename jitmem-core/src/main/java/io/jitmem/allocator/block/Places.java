package io.jitmem.allocator.block;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a pool has become free: for each number of granules from 1 to {@value #MAX_COUNT} the
 * latest places at which at least so many were free, the latest on top.
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
  static final int MAX_COUNT = 64;

  private static final int FIRST_CAPACITY = 16;

  /** For each number of granules, less 1, a ring of places, made when it is first needed. */
  private final long[] @Nullable [] rings = new long[MAX_COUNT] @Nullable [];

  private final int[] sizes = new int[MAX_COUNT];
  private final int[] tops = new int[MAX_COUNT];

  /** A bit for each ring with places. */
  private long filled;

  private int capacity;
  private int mostCapacity;
  private int takenCount;

  /** Sets how many places may be kept; some are kept in any case. */
  void limit(int count) {
    mostCapacity = count;
  }

  /** Remembers that at least {@code count} granules are free at a place. */
  void push(int count, int slot, int first) {
    int at = count - 1;
    long[] ring = rings[at];
    if (ring == null || sizes[at] == ring.length) {
      ring = roomy(at);
    }
    int top = (tops[at] + 1) & (ring.length - 1);
    tops[at] = top;
    ring[top] = (long) slot << 32 | first;
    sizes[at] = Math.min(sizes[at] + 1, ring.length);
    filled |= 1L << at;
  }

  /**
   * Takes the latest of the smallest places with at least {@code count} granules, or NONE: the slot
   * of its block above, its first granule in the lower 32 bits.
   */
  long take(int count) {
    long candidates = filled & (-1L << (count - 1));
    if (candidates == 0) {
      return NONE;
    }
    int at = Long.numberOfTrailingZeros(candidates);
    long[] ring = rings[at];
    if (ring == null) {
      throw new AssertionError("no ring " + at);
    }
    int top = tops[at];
    tops[at] = (top - 1) & (ring.length - 1);
    if (--sizes[at] == 0) {
      filled &= ~(1L << at);
    }
    takenCount = at + 1;
    return ring[top];
  }

  /** The number of granules that the place had which was taken last. */
  int takenCount() {
    return takenCount;
  }

  /** Forgets every place. */
  void clear() {
    Arrays.fill(sizes, 0);
    filled = 0;
  }

  long overheadBytes() {
    return (long) capacity * Long.BYTES + (2L * Integer.BYTES + Integer.BYTES) * MAX_COUNT;
  }

  /** The ring of a number of granules, twice as large as before if that is within the limit. */
  private long[] roomy(int at) {
    long[] ring = rings[at];
    if (ring == null) {
      ring = new long[FIRST_CAPACITY];
      capacity += FIRST_CAPACITY;
    } else if (capacity + ring.length <= mostCapacity) {
      capacity += ring.length;
      ring = unrolled(ring, tops[at]);
      tops[at] = ring.length / 2 - 1;
    }
    rings[at] = ring;
    return ring;
  }

  /** The places of a full ring from the oldest to the latest, with as much room behind them. */
  private static long[] unrolled(long[] ring, int top) {
    long[] larger = new long[2 * ring.length];
    int oldest = (top + 1) & (ring.length - 1);
    System.arraycopy(ring, oldest, larger, 0, ring.length - oldest);
    System.arraycopy(ring, 0, larger, ring.length - oldest, oldest);
    return larger;
  }
}
