package io.jitmem.link;

/** What a symbol stands for. */
sealed interface Target {
  /** What has no address, or none of its own. */
  enum Special implements Target {
    /** A symbol that is weak and that nobody defines: its address is 0. */
    NOTHING,
    /** A place in a section of a group that was not kept. */
    DISCARDED,
    /** The address table of whoever refers to it. */
    TABLE;

    @Override
    public long address() {
      return 0;
    }
  }

  /**
   * A place in one of the images.
   *
   * @param offset in bytes from the start of the region
   */
  record Placed(Image image, Region region, long offset) implements Target {
    @Override
    public long address() {
      return image.base(region) + offset;
    }
  }

  /** An address that was there before. */
  record Fixed(long address) implements Target {}

  /** The address, once the images have theirs. */
  long address();
}
