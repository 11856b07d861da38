package io.jitmem.allocator.heap;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of a range belong to no block. Blocks are few and large, so the parts are looked
 * through one by one. Not thread-safe.
 */
public final class FreeSpace {
  /** A part of the range. */
  public record Slice(long offset, long byteSize) {}

  /** What blocks are multiples of, so that what is left over stays of use. */
  private static final long UNIT = 64 << 10;

  /** Sizes by offset; two parts never touch. */
  private final TreeMap<Long, Long> parts = new TreeMap<>();

  /** A range of which nothing is taken. */
  public FreeSpace(long byteSize) {
    if (byteSize > 0) {
      parts.put(0L, byteSize);
    }
  }

  /**
   * Takes the lowest part of the size that is wanted or, if there is none, the largest there is;
   * null if that is smaller than {@code least}.
   */
  public @Nullable Slice take(long least, long wanted) {
    Slice largest = new Slice(0, 0);
    for (Map.Entry<Long, Long> part : parts.entrySet()) {
      if (part.getValue() >= wanted) {
        return cut(new Slice(part.getKey(), part.getValue()), wanted);
      }
      if (part.getValue() > largest.byteSize()) {
        largest = new Slice(part.getKey(), part.getValue());
      }
    }
    if (largest.byteSize() < least) {
      return null;
    }
    return cut(largest, Math.max(least, largest.byteSize() & -UNIT));
  }

  private Slice cut(Slice part, long byteSize) {
    parts.remove(part.offset());
    if (part.byteSize() > byteSize) {
      parts.put(part.offset() + byteSize, part.byteSize() - byteSize);
    }
    return new Slice(part.offset(), byteSize);
  }

  /** Gives a part back. */
  public void giveBack(Slice slice) {
    long offset = slice.offset();
    long byteSize = slice.byteSize();
    Map.Entry<Long, Long> below = parts.lowerEntry(offset);
    if (below != null && below.getKey() + below.getValue() == offset) {
      offset = below.getKey();
      byteSize += below.getValue();
    }
    Long above = parts.remove(slice.offset() + slice.byteSize());
    parts.put(offset, above == null ? byteSize : byteSize + above);
  }
}
