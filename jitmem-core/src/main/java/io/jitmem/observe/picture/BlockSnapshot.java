package io.jitmem.observe.picture;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * What a block held at one moment: areas without gaps or overlaps from its first byte to its last.
 * An area takes eight bytes. Immutable.
 */
public final class BlockSnapshot {
  private static final AreaKind[] KINDS = AreaKind.values();
  private static final int KIND_BITS = 3;

  private final BlockPlace place;
  private final long committedBytes;

  /** By area its offset in granules above, and its kind in the lowest bits. */
  private final long[] areas;

  private final long granuleCount;

  private BlockSnapshot(Builder builder, long committedBytes) {
    place = builder.place;
    areas = Arrays.copyOf(builder.areas, builder.count);
    granuleCount = builder.granuleCount;
    this.committedBytes = committedBytes;
  }

  /**
   * Where the block is and what it belongs to.
   *
   * @return its place
   */
  public BlockPlace place() {
    return place;
  }

  /**
   * How many bytes it has.
   *
   * @return the sum of its areas
   */
  public long byteSize() {
    return granuleCount * place.granuleByteSize();
  }

  /**
   * The bytes of its pages that may have memory behind them.
   *
   * @return 0 to the block's size
   */
  public long committedBytes() {
    return committedBytes;
  }

  /**
   * Its areas, by ascending offset, made as they are asked for.
   *
   * @return a list that cannot be changed, with random access
   */
  public List<Area> areas() {
    return new Areas();
  }

  private Area area(int index) {
    long unit = place.granuleByteSize();
    long first = areas[index] >>> KIND_BITS;
    long end = index + 1 < areas.length ? areas[index + 1] >>> KIND_BITS : granuleCount;
    return new Area(kind(areas[index]), first * unit, (end - first) * unit);
  }

  private static AreaKind kind(long packed) {
    return KINDS[(int) packed & ((1 << KIND_BITS) - 1)];
  }

  @Override
  public String toString() {
    return "block of %d bytes at 0x%x, %d areas"
        .formatted(byteSize(), place.address(), areas.length);
  }

  private final class Areas extends AbstractList<Area> implements RandomAccess {
    @Override
    public Area get(int index) {
      return area(Objects.checkIndex(index, areas.length));
    }

    @Override
    public int size() {
      return areas.length;
    }
  }

  /** Puts areas one behind the other. Not thread-safe. */
  public static final class Builder {
    private final BlockPlace place;
    private long[] areas = new long[16];
    private int count;
    private long granuleCount;

    /**
     * A block without areas.
     *
     * @param place where it is
     */
    public Builder(BlockPlace place) {
      this.place = Objects.requireNonNull(place, "place");
    }

    /**
     * Adds an area behind the last one. Unless it is a span, it becomes one with a neighbour of its
     * kind.
     *
     * @param kind what it is
     * @param granules how many granules it has, above 0
     * @return this builder
     * @throws IllegalArgumentException if the number is not positive
     */
    public Builder add(AreaKind kind, long granules) {
      if (granules <= 0) {
        throw new IllegalArgumentException("an area has 1 granule or more, not " + granules);
      }
      boolean joins = kind != AreaKind.USED && count > 0 && kind(areas[count - 1]) == kind;
      if (!joins) {
        areas = count == areas.length ? Arrays.copyOf(areas, 2 * count) : areas;
        areas[count++] = granuleCount << KIND_BITS | kind.index();
      }
      granuleCount += granules;
      return this;
    }

    /**
     * Makes the block of these areas.
     *
     * @param committedBytes the bytes of its pages that may have memory behind them
     * @return the block
     * @throws IllegalArgumentException if there is no area, or more is committed than there is
     */
    public BlockSnapshot build(long committedBytes) {
      long byteSize = granuleCount * place.granuleByteSize();
      if (count == 0 || committedBytes < 0 || committedBytes > byteSize) {
        throw new IllegalArgumentException(
            "no block of %d bytes has %d of them committed".formatted(byteSize, committedBytes));
      }
      return new BlockSnapshot(this, committedBytes);
    }
  }
}
