package io.jitmem.allocator.bits;

/** What the granules of a block were at one moment, to be read without its owner's lock. */
public final class GranuleCopy extends GranuleBits {
  /** Copies the bits; the owner's lock is held. Cost is linear in the granules. */
  public GranuleCopy(GranuleMap map) {
    super(map);
  }

  /** The end of the span, or of the free or withheld granules, that starts at a granule. */
  public int endOfArea(int first) {
    if (isUsed(first)) {
      return first + countAt(first);
    }
    return isFree(first) ? endOfRun(first, granuleCount()) : endOfWithheld(first);
  }

  private int endOfWithheld(int first) {
    int word = wordOf(first);
    long other = ~withheld(word) & (-1L << first);
    while (other == 0 && ++word << 6 < granuleCount()) {
      other = ~withheld(word);
    }
    int end = (word << 6) + (other == 0 ? 0 : Long.numberOfTrailingZeros(other));
    return Math.min(granuleCount(), end);
  }

  private long withheld(int word) {
    return stop(word) & ~used(word);
  }
}
