package io.jitmem.tests.lincheck;

import io.jitmem.allocator.bits.GranuleMap;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/**
 * The granules of a block, which are changed under a lock and read without: small enough for every
 * order of reads and writes to be tried. Each slot has a place of its own, and is used once; reads
 * are bracketed as {@code Block.lookUp} does it.
 */
@Param(name = "slot", gen = IntGen.class, conf = "0:2")
@Param(name = "byteSize", gen = IntGen.class, conf = "0:256")
public class MapSlots implements SpanSlots {
  private static final int PLACE = BYTE_SIZE / GRANULE;

  private final GranuleMap map = new GranuleMap(COUNT * PLACE);
  private final boolean[] used = new boolean[COUNT];

  /** Slots without spans. */
  public MapSlots() {}

  @Operation
  @Override
  public synchronized String allocate(@Param(name = "slot") int slot) {
    if (used[slot]) {
      return "there is one";
    }
    used[slot] = map.occupyAt(slot * PLACE, PLACE);
    return "allocated";
  }

  @Operation
  @Override
  public synchronized String release(@Param(name = "slot") int slot) {
    int first = slot * PLACE;
    if (!map.isStart(first)) {
      return used[slot] ? "too late" : "there is none";
    }
    map.free(first, map.countAt(first));
    return "released";
  }

  @Operation
  @Override
  public synchronized String shrink(
      @Param(name = "slot") int slot, @Param(name = "byteSize") int byteSize) {
    int first = slot * PLACE;
    int kept = (byteSize + GRANULE - 1) / GRANULE;
    if (!map.isStart(first)) {
      return used[slot] ? "too late" : "there is none";
    }
    int count = map.countAt(first);
    if (byteSize > count * GRANULE) {
      return "too large";
    }
    if (kept == 0) {
      map.free(first, count);
    } else if (kept < count) {
      map.freeRest(first, count, kept);
    }
    return "shrunk";
  }

  @Operation
  @Override
  public String query(@Param(name = "slot") int slot) {
    while (true) {
      int version = map.version();
      if ((version & 1) == 0) {
        String answer = sizeAt(slot);
        if (map.isUnchangedSince(version)) {
          return answer;
        }
      }
      Thread.onSpinWait();
    }
  }

  /** What is read if nothing changes meanwhile. */
  final String sizeAt(int slot) {
    int granule = slot * PLACE;
    return map.isUsed(granule)
        ? map.countAt(map.startAround(granule)) * GRANULE + " bytes"
        : "nothing";
  }
}
