package io.jitmem.link;

import io.jitmem.code.LinkException;

/**
 * What an image has in a {@link Region}: it grows while the image is laid out, then gets its
 * address, then its bytes.
 */
final class Extent {
  private final long limit;
  private long byteSize;
  private long alignment = 1;
  private long address;
  private byte[] bytes = {};

  Extent(long limit) {
    this.limit = limit;
  }

  /**
   * Takes aligned space at the end.
   *
   * @return its offset
   * @throws LinkException if there is not so much room in one piece of memory
   */
  long take(long bytes, long align) {
    long offset = (byteSize + align - 1) & -align;
    byteSize = offset + bytes;
    if (byteSize > limit) {
      throw new LinkException(
          "what is linked into one piece of memory has at most " + limit + " bytes");
    }
    alignment = Math.max(alignment, align);
    return offset;
  }

  long byteSize() {
    return byteSize;
  }

  long alignment() {
    return alignment;
  }

  void placeAt(long placedAt) {
    address = placedAt;
  }

  long address() {
    return address;
  }

  void makeBytes(long count) {
    bytes = new byte[(int) count];
  }

  byte[] bytes() {
    return bytes;
  }
}
