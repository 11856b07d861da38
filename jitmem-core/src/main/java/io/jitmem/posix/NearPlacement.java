package io.jitmem.posix;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reserves address space within a distance of an address. No list of what is mapped is read, since
 * each system has another one: it is asked to look from the address and from the lowest one in
 * reach, which finds every gap where it looks upwards, and then at single addresses. Whatever it
 * answers, the place that counts is the one that it gave: what lies too far away is unmapped.
 */
public final class NearPlacement {
  /** Nothing is mapped below on any system. */
  private static final long LOWEST_ADDRESS = 64 << 10;

  /** How many single addresses are asked for beside those close to the address. */
  private static final int SPREAD = 64;

  private final PosixCalls posix;
  private final Places places;
  private final AddressRange userSpace;

  /** Placement by a system's ways of asking for an address. */
  public NearPlacement(Architecture architecture, PosixCalls posix, Places places) {
    this.posix = posix;
    this.places = places;
    userSpace = new AddressRange(LOWEST_ADDRESS, userSpaceEnd(architecture));
  }

  /** No process has addresses beyond: what the page tables can say, of which user space is half. */
  private static long userSpaceEnd(Architecture architecture) {
    return architecture == Architecture.X86_64 ? 1L << 47 : 1L << 48;
  }

  /**
   * Reserves.
   *
   * @throws IllegalArgumentException if that many bytes do not fit within the distance
   * @throws VirtMemException if nothing was found free
   */
  public long reserve(long byteSize, Placement.Near near, long pageByteSize) {
    AddressRange reach = AddressRange.reach(near, userSpace, byteSize, pageByteSize);
    long centre =
        Math.clamp(
            (near.address() - byteSize / 2) & -pageByteSize, reach.from(), reach.to() - byteSize);
    Search search = new Search(reach, byteSize);
    search.attempt(List.of(centre, reach.from()), from -> places.from(from, byteSize));
    search.attempt(starts(reach, byteSize, centre, pageByteSize), at -> places.at(at, byteSize));
    return search.found(near);
  }

  /** Single addresses in reach, the nearest to the centre first, and ever fewer far away. */
  static List<Long> starts(AddressRange reach, long byteSize, long centre, long pageByteSize) {
    long last = reach.to() - byteSize;
    List<Long> starts = new ArrayList<>();
    starts.add(centre);
    for (long offset = byteSize; offset > 0 && offset <= last - reach.from(); offset <<= 1) {
      starts.add(centre + offset);
      starts.add(centre - offset);
    }
    long step = Math.max(pageByteSize, (last - reach.from()) / SPREAD & -pageByteSize);
    for (long at = reach.from(); at <= last; at += step) {
      starts.add(at);
    }
    starts.removeIf(at -> at < reach.from() || at > last);
    starts.sort(Comparator.comparingLong(at -> Math.abs(at - centre)));
    return starts;
  }

  /** The attempts for one reservation; stops at the first that is in reach. */
  private final class Search {
    private final AddressRange reach;
    private final long byteSize;
    private OptionalLong found = OptionalLong.empty();
    private @Nullable VirtMemException refusal;
    private int attempts;

    Search(AddressRange reach, long byteSize) {
      this.reach = reach;
      this.byteSize = byteSize;
    }

    void attempt(List<Long> addresses, LongUnaryOperator reserve) {
      for (long address : addresses) {
        if (found.isPresent()) {
          return;
        }
        found = attempt(address, reserve);
      }
    }

    private OptionalLong attempt(long address, LongUnaryOperator reserve) {
      attempts++;
      long mapped;
      try {
        mapped = reserve.applyAsLong(address);
      } catch (VirtMemException refused) {
        refusal = refused;
        return OptionalLong.empty();
      }
      if (mapped >= reach.from() && mapped <= reach.to() - byteSize) {
        return OptionalLong.of(mapped);
      }
      posix.munmap(mapped, byteSize);
      return OptionalLong.empty();
    }

    long found(Placement.Near near) {
      return found.orElseThrow(() -> notFound(near));
    }

    private VirtMemException notFound(Placement.Near near) {
      VirtMemException failure =
          new VirtMemException(
              Kind.OUT_OF_MEMORY,
              "no %d bytes were found free %s, of %d places that were tried"
                  .formatted(byteSize, AddressRange.text(near), attempts));
      if (refusal != null) {
        failure.addSuppressed(refusal);
      }
      return failure;
    }
  }
}
