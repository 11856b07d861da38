package io.jitmem.observe.picture;

import java.util.List;

/**
 * How the memory of some blocks is used, and in how many pieces the rest is. Runs end at the end of
 * their block, even if another block follows.
 *
 * @param reservedBytes the bytes of the blocks
 * @param committedBytes the bytes of the pages that may have memory behind them
 * @param spanCount the number of live spans
 * @param usedBytes their bytes
 * @param heldBytes the bytes that nobody can get now
 * @param parkedBytes the bytes that were given back to the system and are not in use again
 * @param paddingBytes the bytes that no span ever gets
 * @param freeBytes the bytes that a span can get
 * @param freeRunCount in how many runs they are
 * @param largestFreeBytes the bytes of the longest of these, 0 if there is none
 */
public record Fragmentation(
    long reservedBytes,
    long committedBytes,
    long spanCount,
    long usedBytes,
    long heldBytes,
    long parkedBytes,
    long paddingBytes,
    long freeBytes,
    long freeRunCount,
    long largestFreeBytes) {
  private static final Fragmentation NONE = new Fragmentation(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  static Fragmentation of(List<BlockSnapshot> blocks) {
    Fragmentation sum = NONE;
    for (BlockSnapshot block : blocks) {
      sum = sum.plus(of(block));
    }
    return sum;
  }

  static Fragmentation of(BlockSnapshot block) {
    long[] bytes = new long[AreaKind.values().length];
    long[] counts = new long[bytes.length];
    long largest = 0;
    for (Area area : block.areas()) {
      bytes[area.kind().index()] += area.byteSize();
      counts[area.kind().index()]++;
      largest = area.kind() == AreaKind.FREE ? Math.max(largest, area.byteSize()) : largest;
    }
    return new Fragmentation(
        block.byteSize(),
        block.committedBytes(),
        counts[AreaKind.USED.index()],
        bytes[AreaKind.USED.index()],
        bytes[AreaKind.HELD.index()],
        bytes[AreaKind.PARKED.index()],
        bytes[AreaKind.PADDING.index()],
        bytes[AreaKind.FREE.index()],
        counts[AreaKind.FREE.index()],
        largest);
  }

  /**
   * Used in relation to reserved.
   *
   * @return 0 to 1; 0 if nothing is reserved
   */
  public double usedOfReserved() {
    return ratio(usedBytes, reservedBytes);
  }

  /**
   * Used in relation to committed.
   *
   * @return 0 to 1; 0 if nothing is committed
   */
  public double usedOfCommitted() {
    return ratio(usedBytes, committedBytes);
  }

  /**
   * External fragmentation: how much of the free memory is not in the longest run.
   *
   * @return 1 - largest / free: 0 if all is in one run, or nothing is free; below 1
   */
  public double external() {
    return freeBytes == 0 ? 0 : 1 - ratio(largestFreeBytes, freeBytes);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private Fragmentation plus(Fragmentation other) {
    return new Fragmentation(
        reservedBytes + other.reservedBytes,
        committedBytes + other.committedBytes,
        spanCount + other.spanCount,
        usedBytes + other.usedBytes,
        heldBytes + other.heldBytes,
        parkedBytes + other.parkedBytes,
        paddingBytes + other.paddingBytes,
        freeBytes + other.freeBytes,
        freeRunCount + other.freeRunCount,
        Math.max(largestFreeBytes, other.largestFreeBytes));
  }
}
