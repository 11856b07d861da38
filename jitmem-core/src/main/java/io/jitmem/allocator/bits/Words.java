package io.jitmem.allocator.bits;

/** Runs of ones in a word. The lowest bit is the first. */
final class Words {
  private Words() {}

  /**
   * The length of the longest run of ones. {@code runs(s)} below marks the bits at which a run of
   * at least {@code s} ends, for powers of two; the length is then put together from its highest
   * power down.
   */
  static int longestRun(long ones) {
    if (ones == -1L) {
      return Long.SIZE;
    }
    long runs2 = ones & (ones << 1);
    long runs4 = runs2 & (runs2 << 2);
    long runs8 = runs4 & (runs4 << 4);
    long runs16 = runs8 & (runs8 << 8);
    long runs32 = runs16 & (runs16 << 16);
    int length = 0;
    long ends = -1L;
    long longer = runs32;
    if (longer != 0) {
      length = 32;
      ends = longer;
    }
    longer = ends & (runs16 << length);
    if (longer != 0) {
      length += 16;
      ends = longer;
    }
    longer = ends & (runs8 << length);
    if (longer != 0) {
      length += 8;
      ends = longer;
    }
    longer = ends & (runs4 << length);
    if (longer != 0) {
      length += 4;
      ends = longer;
    }
    longer = ends & (runs2 << length);
    if (longer != 0) {
      length += 2;
      ends = longer;
    }
    return (ends & (ones << length)) != 0 ? length + 1 : length;
  }
}
