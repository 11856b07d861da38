package io.jitmem.observe.picture;

/**
 * Where a block is and what it belongs to.
 *
 * @param address of its first byte, where it is executed, as a native pointer
 * @param granuleByteSize the unit of its spans' sizes in bytes, a power of two; a pool is named by
 *     it
 * @param headroom whether the block is for requests that must succeed only
 * @param guardByteSize how many bytes that nobody can access lie before the block, and as many
 *     behind it; 0 without guard pages
 */
public record BlockPlace(long address, int granuleByteSize, boolean headroom, long guardByteSize) {
  /**
   * A place.
   *
   * @throws IllegalArgumentException if the granule's size is no power of two, or the guard's is
   *     negative
   */
  public BlockPlace {
    if (Integer.bitCount(granuleByteSize) != 1 || granuleByteSize < 0) {
      throw new IllegalArgumentException(
          "a granule has a power of two of bytes, not " + granuleByteSize);
    }
    if (guardByteSize < 0) {
      throw new IllegalArgumentException("guard pages have 0 bytes or more, not " + guardByteSize);
    }
  }
}
