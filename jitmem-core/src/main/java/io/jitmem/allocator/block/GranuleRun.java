package io.jitmem.allocator.block;

/**
 * A stretch of granules of a block.
 *
 * @param first its first granule
 * @param count the number of its granules, above 0
 */
public record GranuleRun(int first, int count) {
  /** The granule behind it. */
  public int end() {
    return first + count;
  }
}
