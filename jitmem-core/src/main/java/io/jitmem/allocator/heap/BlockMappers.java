package io.jitmem.allocator.heap;

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
  /** The mapper for one view or two. */
  public BlockMapper of(boolean dual) {
    if (range.isPresent()) {
      return new RangeMapper(virtMem, dual, range.get(), budget);
    }
    return guards
        ? new GuardedMapper(virtMem, dual)
        : new AnywhereMapper(virtMem, dual, largePages);
  }
}
