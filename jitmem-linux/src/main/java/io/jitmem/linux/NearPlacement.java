package io.jitmem.linux;

import io.jitmem.posix.AddressRange;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reserves address space within a distance of an address: in the nearest gap that {@code
 * /proc/self/maps} shows. Another thread may be faster; the kernel tells, and the next gap is
 * tried.
 */
final class NearPlacement {
  /** How often the gaps are looked up before a race with other threads is given up. */
  private static final int LOOKUPS = 16;

  private final PosixCalls posix;
  private final ReservedSpace space;
  private final LinuxEnvironment environment;
  private final long userSpaceEnd;

  NearPlacement(LinuxAbi abi, PosixCalls posix, LinuxEnvironment environment) {
    this.posix = posix;
    this.environment = environment;
    space = new ReservedSpace(posix);
    userSpaceEnd = abi.userSpaceEnd();
  }

  long reserve(long byteSize, Placement.Near near, long pageByteSize) {
    AddressRange userSpace =
        new AddressRange(Math.max(environment.lowestAddress(), pageByteSize), userSpaceEnd);
    AddressRange reach = AddressRange.reach(near, userSpace, byteSize, pageByteSize);
    for (int lookup = 0; lookup < LOOKUPS; lookup++) {
      List<AddressRange> gaps = gapsIn(reach, userSpace, pageByteSize);
      for (long start : starts(gaps, byteSize, near.address(), pageByteSize)) {
        if (reserveAt(start, byteSize)) {
          return start;
        }
      }
      requireRoom(gaps, byteSize, near);
    }
    throw new VirtMemException(
        Kind.OUT_OF_MEMORY,
        byteSize
            + " bytes "
            + AddressRange.text(near)
            + " were taken by others "
            + LOOKUPS
            + " times");
  }

  private List<AddressRange> gapsIn(AddressRange reach, AddressRange userSpace, long pageByteSize) {
    return AddressGaps.of(environment.mappings(), userSpace).stream()
        .map(gap -> gap.common(reach, pageByteSize))
        .toList();
  }

  /** Where to reserve in each gap that is large enough, the nearest first. */
  static List<Long> starts(
      List<AddressRange> gaps, long byteSize, long address, long pageByteSize) {
    long centred = (address - byteSize / 2) & -pageByteSize;
    List<Long> starts = new ArrayList<>();
    for (AddressRange gap : gaps) {
      if (gap.byteSize() >= byteSize) {
        starts.add(Math.clamp(centred, gap.from(), gap.to() - byteSize));
      }
    }
    starts.sort(Comparator.comparingLong(start -> Math.abs(start - centred)));
    return starts;
  }

  /**
   * Reserves at an address, or answers false if something is there by now. A kernel that does not
   * know the flag takes the address as a hint and maps elsewhere.
   */
  private boolean reserveAt(long address, long byteSize) {
    Optional<Long> mapped = tryAt(address, byteSize);
    if (mapped.isPresent() && mapped.get() != address) {
      posix.munmap(mapped.get(), byteSize);
      return false;
    }
    return mapped.isPresent();
  }

  private Optional<Long> tryAt(long address, long byteSize) {
    try {
      return Optional.of(space.at(address, byteSize, LinuxAbi.MAP_FIXED_NOREPLACE));
    } catch (VirtMemException refused) {
      if (refused.kind() == Kind.ADDRESS_IN_USE) {
        return Optional.empty();
      }
      throw refused;
    }
  }

  private static void requireRoom(List<AddressRange> gaps, long byteSize, Placement.Near near) {
    long largest = gaps.stream().mapToLong(AddressRange::byteSize).max().orElse(0);
    if (largest < byteSize) {
      throw new VirtMemException(
          Kind.OUT_OF_MEMORY,
          "no "
              + byteSize
              + " bytes are free "
              + AddressRange.text(near)
              + ": the largest gap has "
              + largest);
    }
  }
}
