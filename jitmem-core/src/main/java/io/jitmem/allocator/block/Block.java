package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.Extent;
import io.jitmem.allocator.bits.GranuleMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory of one mapping, cut into spans.
 *
 * <p><b>Stale placements.</b> Whoever holds a {@link Placement} may come back after its granules
 * were released and taken by somebody else. A release by the span's only holder cannot be missed by
 * anybody, so it leaves no trace. A release by address, and any release once somebody has looked
 * spans up, may leave other holders behind: it advances {@code clock} and notes the time for the
 * start granule in {@code releasedAt}. A placement older than the note, or older than {@code
 * epoch}, the last time when the block was emptied, is stale. Programs that neither query nor
 * release by address pay nothing for it.
 */
public final class Block {
  private final BlockMemory memory;
  private final int granuleByteSize;
  private final int padding;
  private final GranuleMap map;
  private final Map<Integer, Integer> releasedAt = new HashMap<>();
  private int spanCount;
  private int clock;
  private int epoch;
  private boolean lookedUp;
  private boolean discarded;

  /** Granules from here on have never belonged to a span, so no core can have executed them. */
  private int untouchedFrom;

  /** No free run is longer than this; it may be less. */
  private int longestFreeAtMost;

  /**
   * A block with all its granules free but for {@code padding} at the start, which no span ever
   * gets.
   */
  public Block(BlockMemory memory, int granuleByteSize, int padding) {
    this.memory = memory;
    this.granuleByteSize = granuleByteSize;
    this.padding = padding;
    map = new GranuleMap(Math.toIntExact(memory.byteSize() / granuleByteSize));
    freeAll();
  }

  public BlockMemory memory() {
    return memory;
  }

  /** The address at which a granule is executed. */
  public long address(int granule) {
    return memory.rx().address() + byteSize(granule);
  }

  public long byteSize(int granuleCount) {
    return (long) granuleCount * granuleByteSize;
  }

  public int spanCount() {
    return spanCount;
  }

  public boolean isEmpty() {
    return spanCount == 0;
  }

  /** The bytes that spans take; padding is not counted. */
  public long usedBytes() {
    return byteSize(map.usedCount() - padding);
  }

  /** The bytes of the bookkeeping. */
  public long overheadBytes() {
    return map.overheadBytes();
  }

  /** Places a span at the lowest free run, or returns null if no run is long enough. */
  public @Nullable Placement allocate(int granuleCount) {
    if (granuleCount > longestFreeAtMost) {
      return null;
    }
    int first = map.findFree(granuleCount);
    if (first < 0) {
      longestFreeAtMost = map.longestFree();
      return null;
    }
    Extent extent = new Extent(first, granuleCount);
    map.occupy(extent);
    spanCount++;
    boolean untouched = first >= untouchedFrom;
    untouchedFrom = Math.max(untouchedFrom, extent.end());
    return new Placement(this, extent, clock, untouched);
  }

  /** Whether a placement still stands for a live span. */
  public boolean isCurrent(Placement placement) {
    int start = placement.extent().firstGranule();
    return !discarded
        && placement.birth() >= epoch
        && placement.birth() >= releasedAt.getOrDefault(start, 0)
        && isStart(start);
  }

  /** A live span as it is now: its end may have been freed through another placement. */
  public Placement locate(Placement live) {
    Extent now = map.spanAt(live.extent().firstGranule());
    return now.granuleCount() == live.extent().granuleCount()
        ? live
        : new Placement(this, now, live.birth(), live.untouched());
  }

  /** The live span that starts at an address, or null. */
  public @Nullable Placement spanAt(long address) {
    long offset = address - memory.rx().address();
    int granule = (int) (offset / granuleByteSize);
    if (discarded || offset % granuleByteSize != 0 || !isStart(granule)) {
      return null;
    }
    lookedUp = true;
    return new Placement(this, map.spanAt(granule), clock, false);
  }

  /** The live span that an address lies in, or null. */
  public @Nullable Placement spanAround(long address) {
    int granule = (int) ((address - memory.rx().address()) / granuleByteSize);
    if (discarded || granule < padding || !map.isUsed(granule)) {
      return null;
    }
    lookedUp = true;
    return new Placement(this, map.spanAround(granule), clock, false);
  }

  /** Frees a live span. */
  public void release(Placement live) {
    Extent extent = map.spanAt(live.extent().firstGranule());
    map.free(extent);
    spanCount--;
    longestFreeAtMost = map.granuleCount();
    if (lookedUp) {
      releasedAt.put(extent.firstGranule(), ++clock);
    }
    if (isEmpty()) {
      releasedAt.clear();
      epoch = lookedUp ? ++clock : epoch;
    }
  }

  /** Frees the end of a live span and returns what stays. */
  public Placement shrink(Placement live, int granuleCount) {
    int first = live.extent().firstGranule();
    map.shrink(map.spanAt(first), granuleCount);
    longestFreeAtMost = map.granuleCount();
    return new Placement(this, new Extent(first, granuleCount), live.birth(), live.untouched());
  }

  /** Frees every span; their placements are stale from now on. */
  public void reset() {
    freeAll();
    releasedAt.clear();
    epoch = ++clock;
  }

  /** Marks the block's memory as gone, and with it every placement. */
  public void discard() {
    discarded = true;
  }

  /** Checks what must hold in the block; cost is linear in its granules. */
  public void verify() {
    map.verify();
    if (map.longestFree() > longestFreeAtMost) {
      throw new IllegalStateException(
          map.longestFree() + " granules are free in a row, but known are " + longestFreeAtMost);
    }
    int starts = 0;
    for (int granule = padding; granule < map.granuleCount(); granule++) {
      starts += map.isStart(granule) ? 1 : 0;
    }
    if (starts != spanCount) {
      throw new IllegalStateException(starts + " spans start, but counted are " + spanCount);
    }
  }

  private boolean isStart(int granule) {
    return granule >= padding && map.isStart(granule);
  }

  private void freeAll() {
    map.freeAll();
    spanCount = 0;
    longestFreeAtMost = map.granuleCount() - padding;
    if (padding > 0) {
      map.occupy(new Extent(0, padding));
    }
  }
}
