package io.jitmem.allocator.bits;

import java.util.Arrays;

/**
 * The spans of a block, as two bits a granule. {@code used} is set for every granule of a span,
 * {@code stop} for its last one. So a granule starts a span exactly if it is used and the one
 * before it is free or a stop; no other bookkeeping is needed to tell a span's start from its
 * inside, or to find its end.
 *
 * <p>Not thread-safe.
 */
public final class GranuleMap {
  private static final int NOT_FOUND = -1;

  private final int granuleCount;
  private final long[] used;
  private final long[] stop;
  private int usedCount;

  /** Every granule below this one is used. */
  private int firstFreeAtLeast;

  /** A map with every granule free. */
  public GranuleMap(int granuleCount) {
    if (granuleCount <= 0) {
      throw new IllegalArgumentException("a map of " + granuleCount + " granules");
    }
    this.granuleCount = granuleCount;
    used = new long[wordIndex(granuleCount - 1) + 1];
    stop = new long[used.length];
  }

  public int granuleCount() {
    return granuleCount;
  }

  public int usedCount() {
    return usedCount;
  }

  /** The bytes that the bits take. */
  public long overheadBytes() {
    return 2L * Long.BYTES * used.length;
  }

  /** Whether a span starts at this granule. */
  public boolean isStart(int granule) {
    return isUsed(granule) && (granule == 0 || !isUsed(granule - 1) || get(stop, granule - 1));
  }

  public boolean isUsed(int granule) {
    return get(used, granule);
  }

  /** The span that starts at a granule. */
  public Extent spanAt(int start) {
    return new Extent(start, nextStop(start) - start + 1);
  }

  /** The span that a used granule belongs to. */
  public Extent spanAround(int granule) {
    int start = granule;
    while (!isStart(start)) {
      start--;
    }
    return spanAt(start);
  }

  /** Makes free granules a span. */
  public void occupy(Extent span) {
    set(used, span.firstGranule(), span.end());
    stop[wordIndex(span.end() - 1)] |= 1L << (span.end() - 1);
    usedCount += span.granuleCount();
    if (span.firstGranule() <= firstFreeAtLeast) {
      firstFreeAtLeast = Math.max(firstFreeAtLeast, span.end());
    }
  }

  /** Makes a span free granules. */
  public void free(Extent span) {
    clear(used, span.firstGranule(), span.end());
    stop[wordIndex(span.end() - 1)] &= ~(1L << (span.end() - 1));
    usedCount -= span.granuleCount();
    firstFreeAtLeast = Math.min(firstFreeAtLeast, span.firstGranule());
  }

  /** Frees the end of a span. */
  public void shrink(Extent span, int newGranuleCount) {
    if (newGranuleCount <= 0 || newGranuleCount > span.granuleCount()) {
      throw new IllegalArgumentException(
          newGranuleCount + " granules are not 1.." + span.granuleCount());
    }
    free(span);
    occupy(new Extent(span.firstGranule(), newGranuleCount));
  }

  /** Makes every granule free. */
  public void freeAll() {
    Arrays.fill(used, 0);
    Arrays.fill(stop, 0);
    usedCount = 0;
    firstFreeAtLeast = 0;
  }

  /** The first granule of the lowest free run of a length, or -1. */
  public int findFree(int count) {
    int start = nextFree(firstFreeAtLeast);
    while (start != NOT_FOUND && count <= granuleCount - start) {
      int end = nextUsed(start, start + count);
      if (end - start >= count) {
        return start;
      }
      start = nextFree(end);
    }
    return NOT_FOUND;
  }

  /** The length of the longest free run. */
  public int longestFree() {
    int longest = 0;
    int start = nextFree(firstFreeAtLeast);
    while (start != NOT_FOUND) {
      int end = nextUsed(start, granuleCount);
      longest = Math.max(longest, end - start);
      start = nextFree(end);
    }
    return longest;
  }

  /** Checks what must hold between the bits; cost is linear in the granules. */
  public void verify() {
    int count = 0;
    for (int granule = 0; granule < granuleCount; granule++) {
      count += isUsed(granule) ? 1 : 0;
      if (get(stop, granule) && !isUsed(granule)) {
        throw new IllegalStateException("granule " + granule + " ends a span but is free");
      }
      boolean last = granule == granuleCount - 1 || !isUsed(granule + 1);
      if (isUsed(granule) && last && !get(stop, granule)) {
        throw new IllegalStateException("the span at granule " + granule + " has no end");
      }
    }
    int firstFree = nextFree(0);
    if (firstFree != NOT_FOUND && firstFree < firstFreeAtLeast) {
      throw new IllegalStateException(
          "granule " + firstFree + " is free below " + firstFreeAtLeast);
    }
    if (count != usedCount) {
      throw new IllegalStateException(count + " granules are used, but counted are " + usedCount);
    }
  }

  private int nextStop(int from) {
    int word = wordIndex(from);
    long bits = stop[word] & (-1L << from);
    while (bits == 0) {
      bits = stop[++word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** The first free granule at or behind one, or -1. */
  private int nextFree(int from) {
    if (from >= granuleCount) {
      return NOT_FOUND;
    }
    int word = wordIndex(from);
    long bits = ~used[word] & (-1L << from);
    while (bits == 0 && ++word < used.length) {
      bits = ~used[word];
    }
    int granule = (word << 6) + Long.numberOfTrailingZeros(bits);
    return bits == 0 || granule >= granuleCount ? NOT_FOUND : granule;
  }

  /** The first used granule at or behind one, or {@code limit} if there is none before it. */
  private int nextUsed(int from, int limit) {
    int word = wordIndex(from);
    long bits = used[word] & (-1L << from);
    while (bits == 0 && (++word << 6) < limit) {
      bits = used[word];
    }
    return bits == 0 ? limit : Math.min(limit, (word << 6) + Long.numberOfTrailingZeros(bits));
  }

  private static boolean get(long[] bits, int index) {
    return (bits[wordIndex(index)] & (1L << index)) != 0;
  }

  private static void set(long[] bits, int from, int to) {
    for (int word = wordIndex(from); word <= wordIndex(to - 1); word++) {
      bits[word] |= mask(word, from, to);
    }
  }

  private static void clear(long[] bits, int from, int to) {
    for (int word = wordIndex(from); word <= wordIndex(to - 1); word++) {
      bits[word] &= ~mask(word, from, to);
    }
  }

  /** The bits of a word that lie in a range which touches it. */
  private static long mask(int word, int from, int to) {
    long lower = word == wordIndex(from) ? -1L << from : -1L;
    long upper = word == wordIndex(to - 1) ? -1L >>> -to : -1L;
    return lower & upper;
  }

  private static int wordIndex(int granule) {
    return granule >> 6;
  }
}
