package io.jitmem.allocator.bits;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The spans of a block, as two bits a granule. {@code used} is set for every granule of a span,
 * {@code stop} for its last one. So a granule starts a span exactly if it is used and the one
 * before it is free or a stop; no other bookkeeping is needed to tell a span's start from its
 * inside, or to find its end.
 *
 * <p>A {@link RunTree} finds free runs. Changed words are told to it in batches: when a run is
 * looked for, or when too many have piled up. Most allocations need no search, since they continue
 * the run that the last search has found: the granules from {@code runFrom} to {@code runEnd},
 * which are free.
 *
 * <p>Not thread-safe, but for what says so. A thread that reads without the owner's lock brackets
 * its reads by {@link #version()}: while they were going on nothing has changed if it was even
 * before and is the same afterwards.
 */
public final class GranuleMap {
  private static final int NOT_FOUND = -1;

  /** How far ahead a found run is followed, in granules. */
  private static final int LOOK_AHEAD = 4096;

  private static final int MAX_CHANGED_WORDS = 64;

  private final int granuleCount;
  private final long[] used;
  private final long[] stop;
  private final RunTree runs;

  /** The words that the tree does not know of yet, and the same as bits. */
  private final int[] changedWords = new int[MAX_CHANGED_WORDS];

  private final long[] isChanged;
  private int changedCount;

  /** Whether more words have changed than are listed; the bits know them all. */
  private boolean moreChanged;

  private int lastChanged = NOT_FOUND;

  private int usedCount;
  private int runFrom;
  private int runEnd;

  /**
   * Odd while a change is going on. Plain, and ordered by fences: a volatile write costs more than
   * the change.
   */
  private int version;

  /** A map with every granule free. */
  public GranuleMap(int granuleCount) {
    if (granuleCount <= 0) {
      throw new IllegalArgumentException("a map of " + granuleCount + " granules");
    }
    this.granuleCount = granuleCount;
    used = new long[wordIndex(granuleCount - 1) + 1];
    stop = new long[used.length];
    isChanged = new long[(used.length + 63) >> 6];
    markTail();
    runs = new RunTree(used);
  }

  public int granuleCount() {
    return granuleCount;
  }

  public int usedCount() {
    return usedCount;
  }

  /** The bytes that the bookkeeping takes. */
  public long overheadBytes() {
    return (2L * used.length + isChanged.length) * Long.BYTES
        + (long) changedWords.length * Integer.BYTES
        + runs.overheadBytes();
  }

  /** Steps that searches and updates have taken so far, for tests of cost. */
  public long stepCount() {
    return runs.stepCount();
  }

  /** See the class comment. May be called by any thread. */
  public int version() {
    int now = version;
    VarHandle.acquireFence();
    return now;
  }

  /**
   * Whether nothing has changed since {@link #version()} gave this. May be called by any thread.
   */
  public boolean isUnchangedSince(int before) {
    VarHandle.acquireFence();
    return (before & 1) == 0 && version == before;
  }

  /** Whether a span starts at this granule. */
  public boolean isStart(int granule) {
    return isUsed(granule) && (granule == 0 || !isUsed(granule - 1) || get(stop, granule - 1));
  }

  public boolean isUsed(int granule) {
    return get(used, granule);
  }

  /**
   * The number of granules of the span that starts at a granule; anything if it changes meanwhile.
   */
  public int countAt(int start) {
    int word = wordIndex(start);
    long bits = stop[word] & (-1L << start);
    while (bits == 0) {
      if (++word == stop.length) {
        return 1;
      }
      bits = stop[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits) - start + 1;
  }

  /** The start of the span that a used granule belongs to; anything if it changes meanwhile. */
  public int startAround(int granule) {
    if (granule == 0) {
      return 0;
    }
    int word = wordIndex(granule - 1);
    long boundaries = (~used[word] | stop[word]) & (-1L >>> -granule);
    while (boundaries == 0 && word > 0) {
      word--;
      boundaries = ~used[word] | stop[word];
    }
    return boundaries == 0 ? 0 : (word << 6) + Long.SIZE - Long.numberOfLeadingZeros(boundaries);
  }

  /**
   * Makes {@code count} free granules a span and returns the first, or -1 if no run of free ones is
   * long enough.
   */
  public int occupy(int count) {
    if (runEnd - runFrom < count && !findRun(count)) {
      return NOT_FOUND;
    }
    int first = runFrom;
    runFrom = first + count;
    mark(first, count);
    return first;
  }

  /** The same, but without a search: in the run that the last one has found, or nowhere. */
  public int occupyInRun(int count) {
    return runEnd - runFrom < count ? NOT_FOUND : occupy(count);
  }

  /** Makes the granules at a place a span, if it exists and they are free. */
  public boolean occupyAt(int first, int count) {
    if (first > granuleCount - count || !isFree(first, first + count)) {
      return false;
    }
    if (first < runEnd && first + count > runFrom) {
      // Of the run only what lies behind this place is still known to be free.
      runFrom = Math.min(runEnd, first + count);
    }
    mark(first, count);
    return true;
  }

  /** Makes a span free granules. */
  public void free(int first, int count) {
    int end = first + count;
    beginChange();
    clear(used, first, end);
    stop[wordIndex(end - 1)] &= ~(1L << (end - 1));
    endChange();
    usedCount -= count;
    changed(first, end);
  }

  /** Frees the end of a span. */
  public void shrink(int first, int count, int newCount) {
    if (newCount <= 0 || newCount > count) {
      throw new IllegalArgumentException(newCount + " granules are not 1.." + count);
    }
    int end = first + count;
    int newEnd = first + newCount;
    if (newEnd == end) {
      return;
    }
    beginChange();
    clear(used, newEnd, end);
    stop[wordIndex(end - 1)] &= ~(1L << (end - 1));
    stop[wordIndex(newEnd - 1)] |= 1L << (newEnd - 1);
    endChange();
    usedCount -= count - newCount;
    changed(newEnd, end);
  }

  /** Makes every granule free. */
  public void freeAll() {
    beginChange();
    Arrays.fill(used, 0);
    Arrays.fill(stop, 0);
    markTail();
    endChange();
    usedCount = 0;
    runFrom = 0;
    runEnd = 0;
    for (int word = 0; word < used.length; word++) {
      wordChanged(word);
    }
  }

  /**
   * A length that the free run which contains a free range does not exceed: exact where its ends
   * are near.
   */
  public int runAround(int from, int to) {
    int fromWord = wordIndex(from);
    long below = used[fromWord] & ~(-1L << from);
    if (below == 0 && fromWord > 0) {
      below = used[--fromWord];
    }
    int toWord = wordIndex(to - 1);
    long above = (to & 63) == 0 ? 0 : used[toWord] & (-1L << to);
    if (above == 0 && toWord < used.length - 1) {
      above = used[++toWord];
    }
    if ((below == 0 && fromWord > 0) || (above == 0 && toWord < used.length - 1)) {
      return granuleCount;
    }
    int start = (fromWord << 6) + Long.SIZE - Long.numberOfLeadingZeros(below);
    int end = (toWord << 6) + Long.numberOfTrailingZeros(above);
    return Math.min(end, granuleCount) - (below == 0 ? 0 : start);
  }

  /** The length of the longest free run. */
  public int longestFree() {
    tellChanges();
    return runs.longest();
  }

  /** Checks what must hold between the bits and the index; cost is linear in the granules. */
  public void verify() {
    int count = 0;
    int run = 0;
    int longest = 0;
    for (int granule = 0; granule < granuleCount; granule++) {
      count += isUsed(granule) ? 1 : 0;
      if (get(stop, granule) && !isUsed(granule)) {
        throw new IllegalStateException("granule " + granule + " ends a span but is free");
      }
      boolean last = granule == granuleCount - 1 || !isUsed(granule + 1);
      if (isUsed(granule) && last && !get(stop, granule)) {
        throw new IllegalStateException("the span at granule " + granule + " has no end");
      }
      if (isUsed(granule) && granule >= runFrom && granule < runEnd) {
        throw new IllegalStateException("granule " + granule + " is used in the free run");
      }
      run = isUsed(granule) ? 0 : run + 1;
      longest = Math.max(longest, run);
    }
    if (count != usedCount || longest != longestFree()) {
      throw new IllegalStateException(
          "used are %d granules, counted %d; free in a row %d, indexed %d"
              .formatted(count, usedCount, longest, longestFree()));
    }
  }

  private boolean findRun(int count) {
    if (longestFree() < count) {
      return false;
    }
    runFrom = runs.find(count);
    runEnd =
        endOfRun(
            runFrom, (int) Math.min(granuleCount, (long) runFrom + Math.max(count, LOOK_AHEAD)));
    return true;
  }

  private void mark(int first, int count) {
    int end = first + count;
    beginChange();
    set(used, first, end);
    stop[wordIndex(end - 1)] |= 1L << (end - 1);
    endChange();
    usedCount += count;
    changed(first, end);
  }

  private void beginChange() {
    version++;
    VarHandle.storeStoreFence();
  }

  private void endChange() {
    VarHandle.releaseFence();
    version++;
  }

  private void changed(int from, int to) {
    for (int word = wordIndex(from); word <= wordIndex(to - 1); word++) {
      if (word != lastChanged) {
        wordChanged(word);
      }
    }
  }

  private void wordChanged(int word) {
    lastChanged = word;
    if (changedCount < MAX_CHANGED_WORDS) {
      if (!get(isChanged, word)) {
        changedWords[changedCount++] = word;
      }
    } else {
      moreChanged = true;
    }
    isChanged[wordIndex(word)] |= 1L << word;
  }

  private void tellChanges() {
    if (moreChanged) {
      runs.wordsChanged(isChanged);
    } else {
      for (int i = 0; i < changedCount; i++) {
        int word = changedWords[i];
        isChanged[wordIndex(word)] = 0;
        runs.wordChanged(word);
      }
    }
    moreChanged = false;
    changedCount = 0;
    lastChanged = NOT_FOUND;
  }

  /**
   * The granules of the last word that the map does not have are as if used, so that no run reaches
   * into them.
   */
  private void markTail() {
    if ((granuleCount & 63) != 0) {
      used[used.length - 1] = -1L << granuleCount;
    }
  }

  /**
   * The end of the free run that starts at a granule, or {@code limit} if it ends further behind.
   */
  private int endOfRun(int from, int limit) {
    int word = wordIndex(from);
    long bits = used[word] & (-1L << from);
    while (bits == 0 && (++word << 6) < limit) {
      bits = used[word];
    }
    return bits == 0 ? limit : Math.min(limit, (word << 6) + Long.numberOfTrailingZeros(bits));
  }

  private boolean isFree(int from, int to) {
    for (int word = wordIndex(from); word <= wordIndex(to - 1); word++) {
      if ((used[word] & mask(word, from, to)) != 0) {
        return false;
      }
    }
    return true;
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
