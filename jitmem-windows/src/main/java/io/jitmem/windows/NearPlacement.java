package io.jitmem.windows;

import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reserves address space within a distance of an address. Windows since 10 1803 is given the bounds
 * (address requirements). Before, or if it refuses, the free regions there are looked up
 * (VirtualQuery), and the nearest is tried; another thread may be faster, then the next one is.
 *
 * <p>What the system answers is checked: wine 8 takes bounds and ignores the lower one. {@code
 * ignoresBounds} is only ever set, by whoever sees that.
 */
final class NearPlacement {
  /** How often the regions are looked up before a race with other threads is given up. */
  private static final int LOOKUPS = 16;

  private final MemoryCalls memory;
  private final WindowsSystem system;
  private volatile boolean ignoresBounds;

  NearPlacement(MemoryCalls memory, WindowsSystem system) {
    this.memory = memory;
    this.system = system;
  }

  /** Reserves; {@code space} says how address space is reserved. */
  long reserve(long byteSize, Placement.Near near, ReservedSpace space) {
    Reach reach = Reach.of(near, system.info());
    if (byteSize > reach.byteSize()) {
      throw new IllegalArgumentException(
          byteSize
              + " bytes do not fit "
              + text(near)
              + ": there are "
              + reach.byteSize()
              + " bytes of whole granules");
    }
    OptionalLong placed = placedBySystem(byteSize, reach, space);
    return placed.isPresent() ? placed.getAsLong() : walk(byteSize, near, reach, space);
  }

  /** Where the system places it, if it takes bounds and keeps to them. */
  private OptionalLong placedBySystem(long byteSize, Reach reach, ReservedSpace space) {
    if (ignoresBounds || !memory.hasVirtualAlloc2()) {
      return OptionalLong.empty();
    }
    try {
      long address = space.within(reach, byteSize);
      if (address >= reach.from() && address + byteSize <= reach.to()) {
        return OptionalLong.of(address);
      }
      ignoresBounds = true;
      space.release(address, byteSize);
    } catch (VirtMemException refused) {
      // The regions tell whether there is room, and how much.
    }
    return OptionalLong.empty();
  }

  private long walk(long byteSize, Placement.Near near, Reach reach, ReservedSpace space) {
    for (int lookup = 0; lookup < LOOKUPS; lookup++) {
      List<Reach> gaps = gaps(reach);
      for (long start : starts(gaps, byteSize, near.address())) {
        try {
          return space.at(start, byteSize);
        } catch (VirtMemException refused) {
          if (WindowsErrors.code(refused) != WindowsErrors.ERROR_INVALID_ADDRESS) {
            throw refused;
          }
        }
      }
      requireRoom(gaps, byteSize, near);
    }
    throw new VirtMemException(
        Kind.OUT_OF_MEMORY,
        byteSize + " bytes " + text(near) + " were taken by others " + LOOKUPS + " times");
  }

  private List<Reach> gaps(Reach reach) {
    List<Reach> gaps = new ArrayList<>();
    for (long at = reach.from(); at < reach.to(); ) {
      MemoryCalls.Region region = memory.virtualQuery(at);
      if (region.isFree()) {
        gaps.add(reach.common(region.start(), region.end(), system.info().granularity()));
      }
      at = region.end();
    }
    return gaps;
  }

  /** Where to reserve in each gap that is large enough, the nearest first. */
  private List<Long> starts(List<Reach> gaps, long byteSize, long address) {
    long centred = (address - byteSize / 2) & -(long) system.info().granularity();
    List<Long> starts = new ArrayList<>();
    for (Reach gap : gaps) {
      if (gap.byteSize() >= byteSize) {
        long last = (gap.to() - byteSize) & -(long) system.info().granularity();
        starts.add(Math.clamp(centred, gap.from(), last));
      }
    }
    starts.sort(Comparator.comparingLong(start -> Math.abs(start - centred)));
    return starts;
  }

  private static void requireRoom(List<Reach> gaps, long byteSize, Placement.Near near) {
    long largest = gaps.stream().mapToLong(Reach::byteSize).max().orElse(0);
    if (largest < byteSize) {
      throw new VirtMemException(
          Kind.OUT_OF_MEMORY,
          "no " + byteSize + " bytes are free " + text(near) + ": the largest gap has " + largest);
    }
  }

  private static String text(Placement.Near near) {
    return "within " + near.distance() + " bytes of " + BitNames.hex(near.address());
  }
}
