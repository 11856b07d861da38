package io.jitmem.linux;

import io.jitmem.virtmem.Placement;
import java.util.ArrayList;
import java.util.List;

/** Addresses from the first up to, but without, the last; empty if that is not above the first. */
record AddressRange(long from, long to) {
  /**
   * The kernel leaves at least this much free below the stack when it chooses addresses itself
   * (mm/util.c, mmap_base), so that the stack can grow.
   */
  private static final long STACK_GAP = 128L << 20;

  long byteSize() {
    return Math.max(0, to - from);
  }

  /** The whole pages that lie in both. */
  AddressRange common(AddressRange other, long pageByteSize) {
    long first = Math.max(from, other.from);
    long last = Math.min(to, other.to);
    return new AddressRange(
        (first + pageByteSize - 1) & -pageByteSize, Math.max(0, last) & -pageByteSize);
  }

  /** The addresses within the distance of a placement; addresses count as unsigned. */
  static AddressRange within(Placement.Near near, AddressRange userSpace) {
    long address = near.address();
    long distance = near.distance();
    long lowest = Long.compareUnsigned(address, distance) > 0 ? address - distance : 0;
    // A sum past the end of all addresses has wrapped below the distance.
    long highest = address + distance;
    boolean beyond =
        Long.compareUnsigned(highest, distance) < 0
            || Long.compareUnsigned(highest, userSpace.to) >= 0;
    return new AddressRange(
        Long.compareUnsigned(lowest, userSpace.to) > 0
            ? userSpace.to
            : Math.max(lowest, userSpace.from),
        beyond ? userSpace.to : highest + 1);
  }

  /**
   * What is free between and below mappings, given as sorted lines of {@code /proc/self/maps}. What
   * lies above the last may be beyond this kernel's user space and is left out, and so are mappings
   * that do not start in user space.
   */
  static List<AddressRange> gaps(List<String> maps, AddressRange userSpace) {
    List<AddressRange> gaps = new ArrayList<>();
    long free = userSpace.from;
    for (String line : maps) {
      AddressRange used = parse(line);
      if (Long.compareUnsigned(used.from, userSpace.to) >= 0) {
        break;
      }
      AddressRange gap =
          new AddressRange(free, line.endsWith("[stack]") ? used.from - STACK_GAP : used.from);
      if (gap.byteSize() > 0) {
        gaps.add(gap);
      }
      free = Math.max(free, used.to);
    }
    return gaps;
  }

  private static AddressRange parse(String line) {
    int dash = line.indexOf('-');
    int space = line.indexOf(' ', dash);
    return new AddressRange(
        Long.parseUnsignedLong(line, 0, dash, 16),
        Long.parseUnsignedLong(line, dash + 1, space, 16));
  }

  @Override
  public String toString() {
    return "0x" + Long.toHexString(from) + "..0x" + Long.toHexString(to);
  }
}
