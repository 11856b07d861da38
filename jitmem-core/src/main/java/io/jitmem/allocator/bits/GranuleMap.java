package io.jitmem.allocator.bits;

/**
 * The granules of a block, and where there is room among them.
 *
 * <p>Most allocations continue the <em>run</em>, a stretch of free granules that the last search
 * has found. A search goes by a {@link RunIndex}; it starts where the last one ended, and at the
 * bottom again when nothing is left above.
 *
 * <p>Not thread-safe, but for what {@link GranuleBits} says.
 */
public final class GranuleMap extends GranuleBits {
  /** How far ahead a found run is followed, in granules. */
  private static final int LOOK_AHEAD = 4096;

  private final RunIndex index;
  private int usedCount;
  private int withheldCount;
  private int runFrom;
  private int runEnd;

  /** A map with every granule free. */
  public GranuleMap(int granuleCount) {
    super(granuleCount);
    index = new RunIndex(this);
    runEnd = granuleCount;
  }

  /** The granules of all spans. */
  public int usedCount() {
    return usedCount;
  }

  /** The granules that are withheld. */
  public int withheldCount() {
    return withheldCount;
  }

  /** The bytes that the bookkeeping takes. */
  public long overheadBytes() {
    return 2L * wordCount() * Long.BYTES + index.overheadBytes();
  }

  /** Steps that searches and updates have taken so far, for tests of cost. */
  public long stepCount() {
    return index.stepCount();
  }

  /** Makes the first granules of the run a span and returns the first, or NONE. */
  public int occupyInRun(int count) {
    int first = runFrom;
    if (runEnd - first < count) {
      return NONE;
    }
    runFrom = first + count;
    mark(first, first + count);
    return first;
  }

  /** Makes the granules at a place a span, if it exists and they are free. */
  public boolean occupyAt(int first, int count) {
    int end = first + count;
    if (end > granuleCount || !isFree(first, end)) {
      return false;
    }
    leaveRun(first, end);
    mark(first, end);
    return true;
  }

  /**
   * Makes the lowest free granules of at least this number the run to continue, if there are any.
   */
  public boolean findRun(int count) {
    int from = index.find(count, 0);
    if (from == NONE) {
      return false;
    }
    startRun(from, Math.max(count, LOOK_AHEAD));
    return true;
  }

  /** Where the run starts that {@link #occupyInRun} continues. */
  public int runFrom() {
    return runFrom;
  }

  /** Where it ends. */
  public int runEnd() {
    return runEnd;
  }

  /**
   * The start of the lowest run of at least {@code count} free granules from about {@code from} on,
   * or NONE.
   */
  public int find(int count, int from) {
    return index.find(count, from);
  }

  /**
   * The start of the lowest run of at least {@code count} free granules behind a granule that is
   * not free, or NONE; of one that reaches far it may be a later granule.
   */
  public int findBehind(int busy, int count) {
    return index.findBehind(busy, count);
  }

  /** The length of the longest free run. */
  public int longestFree() {
    return index.longest();
  }

  /**
   * Makes a span free granules.
   *
   * @return the free run that they are in now: its first granule above, its end in the lower 32
   *     bits; of a run of {@link #WHOLE_RUN} granules or more at least so many
   */
  public long free(int first, int count) {
    return free(first, first + count, false);
  }

  /** Makes the rest of a span free granules; returns as {@link #free(int, int)}. */
  public long freeRest(int first, int count, int newCount) {
    return free(first + newCount, first + count, true);
  }

  private long free(int first, int end, boolean rest) {
    long run = unmakeSpan(first, end, rest);
    usedCount -= end - first;
    index.changed(first, end);
    return run;
  }

  /** Makes a span withheld granules. */
  public void withhold(int first, int count) {
    withhold(first, first + count, false);
  }

  /** Makes the rest of a span withheld granules. */
  public void withholdRest(int first, int count, int newCount) {
    withhold(first + newCount, first + count, true);
  }

  private void withhold(int first, int end, boolean rest) {
    // They are as busy afterwards as they were, so the index need not know.
    makeWithheld(first, end, rest);
    usedCount -= end - first;
    withheldCount += end - first;
  }

  /** Makes free granules withheld ones. */
  public void withholdFree(int first, int count) {
    leaveRun(first, first + count);
    makeWithheld(first, first + count, false);
    withheldCount += count;
    index.changed(first, first + count);
  }

  /** Makes withheld granules free; returns as {@link #free(int, int)}. */
  public long freeWithheld(int first, int count) {
    long run = unmakeWithheld(first, first + count);
    withheldCount -= count;
    index.changed(first, first + count);
    return run;
  }

  /** Makes every granule free. */
  public void freeAll() {
    clear();
    usedCount = 0;
    withheldCount = 0;
    index.changed(0, granuleCount);
    runFrom = 0;
    runEnd = granuleCount;
  }

  /** Continues with the lowest free granules; of use when many have become free. */
  public void restart() {
    int from = nextFree(0, Math.min(granuleCount, LOOK_AHEAD));
    startRun(from == NONE ? 0 : from, from == NONE ? 0 : LOOK_AHEAD);
  }

  /** Checks what must hold between the bits and the index; cost is linear in the granules. */
  public void verify() {
    int run = 0;
    int longest = 0;
    int used = 0;
    int withheld = 0;
    for (int granule = 0; granule < granuleCount; granule++) {
      used += isUsed(granule) ? 1 : 0;
      withheld += !isUsed(granule) && isStop(granule) ? 1 : 0;
      run = isFree(granule) ? run + 1 : 0;
      longest = Math.max(longest, run);
      verify(granule);
    }
    if (used != usedCount || withheld != withheldCount || longest != longestFree()) {
      throw new IllegalStateException(
          "used are %d granules, counted %d; withheld %d, counted %d; free in a row %d, indexed %d"
              .formatted(used, usedCount, withheld, withheldCount, longest, longestFree()));
    }
  }

  private void verify(int granule) {
    boolean last = granule == granuleCount - 1 || !isUsed(granule + 1);
    if (isUsed(granule) && last && !isStop(granule)) {
      throw new IllegalStateException("the span at granule " + granule + " has no end");
    }
    if (!isFree(granule) && granule >= runFrom && granule < runEnd) {
      throw new IllegalStateException("granule " + granule + " is not free, but in the free run");
    }
  }

  private void startRun(int from, int mostCount) {
    runFrom = from;
    runEnd = mostCount == 0 ? from : endOfRun(from, Math.min(granuleCount, from + mostCount));
  }

  /** Takes granules out of the run; of the run only what lies behind them is still known. */
  private void leaveRun(int first, int end) {
    if (first < runEnd && end > runFrom) {
      runFrom = Math.min(runEnd, end);
    }
  }

  private void mark(int first, int end) {
    makeSpan(first, end);
    usedCount += end - first;
    index.changed(first, end);
  }
}
