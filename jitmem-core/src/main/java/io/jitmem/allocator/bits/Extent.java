package io.jitmem.allocator.bits;

/** A run of granules inside one block. */
public record Extent(int firstGranule, int granuleCount) {
  public Extent {
    if (firstGranule < 0 || granuleCount <= 0 || firstGranule > Integer.MAX_VALUE - granuleCount) {
      throw new IllegalArgumentException(
          "no extent at " + firstGranule + " of " + granuleCount + " granules");
    }
  }

  /** The first granule behind it. */
  public int end() {
    return firstGranule + granuleCount;
  }
}
