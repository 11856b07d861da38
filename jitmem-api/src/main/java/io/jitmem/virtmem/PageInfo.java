package io.jitmem.virtmem;

import java.util.List;

/**
 * The units in which a system hands out memory. All sizes are powers of two.
 *
 * @param byteSize the size of a page in bytes: what protections and sizes are counted in
 * @param granularity the alignment in bytes of every mapping's address, at least {@code byteSize}
 * @param largeByteSizes the sizes of large pages that this process can get now, ascending; empty
 *     where the system has none or this process may not use them
 */
public record PageInfo(long byteSize, long granularity, List<Long> largeByteSizes) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if a size is not a power of two, the granularity is below the
   *     page size, or the large sizes do not ascend from above the page size
   */
  public PageInfo {
    largeByteSizes = List.copyOf(largeByteSizes);
    requirePowerOfTwo("page size", byteSize);
    requirePowerOfTwo("granularity", granularity);
    if (granularity < byteSize) {
      throw new IllegalArgumentException(
          "granularity " + granularity + " is below the page size " + byteSize);
    }
    long last = byteSize;
    for (long large : largeByteSizes) {
      requirePowerOfTwo("large page size", large);
      if (large <= last) {
        throw new IllegalArgumentException("large page sizes do not ascend: " + largeByteSizes);
      }
      last = large;
    }
  }

  /**
   * Checks that a size is a positive number of whole pages.
   *
   * @param size a size in bytes
   * @return {@code size}
   * @throws IllegalArgumentException if it is zero, negative or not a multiple of the page size
   */
  public long requireWholePages(long size) {
    if (size <= 0 || (size & (byteSize - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + size + " is not a positive multiple of the page size " + byteSize);
    }
    return size;
  }

  /**
   * Rounds a size up to whole pages.
   *
   * @param size a size in bytes, at least 0
   * @return the smallest multiple of the page size that is not below {@code size}
   * @throws IllegalArgumentException if {@code size} is negative or the result does not fit a
   *     {@code long}
   */
  public long roundUp(long size) {
    if (size < 0 || size > Long.MAX_VALUE - (byteSize - 1)) {
      throw new IllegalArgumentException(
          "size " + size + " is outside 0.." + (Long.MAX_VALUE - (byteSize - 1)));
    }
    return (size + byteSize - 1) & -byteSize;
  }

  private static void requirePowerOfTwo(String what, long value) {
    if (value <= 0 || (value & (value - 1)) != 0) {
      throw new IllegalArgumentException(what + " " + value + " is not a power of two");
    }
  }
}
