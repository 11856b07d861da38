package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.virtmem.VirtMem;
import java.util.Optional;

/**
 * Where blocks are to lie, as options say; makes the mapper once the write strategy is known.
 *
 * @param virtMem where memory comes from
 * @param range the range that all blocks are to lie in, if they are
 * @param guards whether blocks have inaccessible pages around them
 * @param largePages the hint of large pages, which only blocks without a range or guards can follow
 * @param budget what blocks may take
 */
public record BlockMappers(
    VirtMem virtMem,
    Optional<RangeRequest> range,
    boolean guards,
    LargePages largePages,
    Budget budget) {
  /** Whether blocks lie in reservations. */
  boolean isReserved() {
    return range.isPresent() || guards;
  }

  /** The mapper for a way to write. */
  public BlockMapper of(Access access) {
    if (range.isPresent()) {
      return new RangeMapper(virtMem, access, range.get(), budget);
    }
    return guards
        ? new GuardedMapper(virtMem, access)
        : new AnywhereMapper(virtMem, access, largePages);
  }
}
