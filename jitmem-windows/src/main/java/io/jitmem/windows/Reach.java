package io.jitmem.windows;

import io.jitmem.virtmem.Placement;

/**
 * Addresses from the first up to, but without, the last, both multiples of the allocation
 * granularity; empty if the last is not above the first.
 */
record Reach(long from, long to) {
  /** What lies within the distance of a placement, cut to the addresses of a process. */
  static Reach of(Placement.Near near, ProcessCalls.SystemInfo system) {
    long address = near.address();
    long distance = near.distance();
    long end = system.highestAddress() + 1;
    // Addresses are unsigned, and a sum past the last of all has wrapped.
    long lowest = Long.compareUnsigned(address, distance) > 0 ? address - distance : 0;
    long highest = address + distance;
    boolean wrapped = Long.compareUnsigned(highest, distance) < 0;
    long from = Long.compareUnsigned(lowest, end) < 0 ? lowest : end;
    long to = wrapped || Long.compareUnsigned(highest, end) >= 0 ? end : highest + 1;
    return new Reach(Math.max(from, system.lowestAddress()), to).whole(system.granularity());
  }

  /** The whole granules of what lies in both. */
  Reach common(long otherFrom, long otherTo, long granularity) {
    return new Reach(Math.max(from, otherFrom), Math.min(to, otherTo)).whole(granularity);
  }

  private Reach whole(long granularity) {
    return new Reach((from + granularity - 1) & -granularity, to & -granularity);
  }

  long byteSize() {
    return Math.max(0, to - from);
  }

  @Override
  public String toString() {
    return BitNames.hex(from) + ".." + BitNames.hex(to);
  }
}
