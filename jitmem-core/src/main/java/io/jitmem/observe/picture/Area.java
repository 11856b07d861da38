package io.jitmem.observe.picture;

import java.util.Objects;

/**
 * A part of a block. Neighbours differ in kind, but for spans, each of which is an area of its own.
 *
 * @param kind what it is
 * @param offset where it begins, in bytes from the start of the block
 * @param byteSize how many bytes it has, above 0, in whole granules
 */
public record Area(AreaKind kind, long offset, long byteSize) {
  /**
   * An area.
   *
   * @throws IllegalArgumentException if the offset is negative, or the size not positive
   */
  public Area {
    Objects.requireNonNull(kind, "kind");
    if (offset < 0 || byteSize <= 0) {
      throw new IllegalArgumentException(
          "no area has %d bytes at offset %d".formatted(byteSize, offset));
    }
  }

  /**
   * Where it ends.
   *
   * @return the offset of the byte behind it
   */
  public long end() {
    return offset + byteSize;
  }
}
