package io.jitmem.posix;

import io.jitmem.virtmem.Placement;

/** Addresses from the first up to, but without, the last; empty if that is not above the first. */
public record AddressRange(long from, long to) {
  /** How many addresses there are. */
  public long byteSize() {
    return Math.max(0, to - from);
  }

  /** The whole pages that lie in both. */
  public AddressRange common(AddressRange other, long pageByteSize) {
    long first = Math.max(from, other.from);
    long last = Math.min(to, other.to);
    return new AddressRange(
        (first + pageByteSize - 1) & -pageByteSize, Math.max(0, last) & -pageByteSize);
  }

  /** The addresses within the distance of a placement; addresses count as unsigned. */
  public static AddressRange within(Placement.Near near, AddressRange userSpace) {
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
   * The whole pages within the distance of a placement.
   *
   * @throws IllegalArgumentException if a reservation has more bytes than they have
   */
  public static AddressRange reach(
      Placement.Near near, AddressRange userSpace, long byteSize, long pageByteSize) {
    AddressRange reach = within(near, userSpace).common(userSpace, pageByteSize);
    if (byteSize > reach.byteSize()) {
      throw new IllegalArgumentException(
          byteSize
              + " bytes do not fit "
              + text(near)
              + ": there are "
              + reach.byteSize()
              + " bytes of whole pages");
    }
    return reach;
  }

  /** A placement in words. */
  public static String text(Placement.Near near) {
    return "within " + near.distance() + " bytes of " + Posix.hex(near.address());
  }

  @Override
  public String toString() {
    return "0x" + Long.toHexString(from) + "..0x" + Long.toHexString(to);
  }
}
