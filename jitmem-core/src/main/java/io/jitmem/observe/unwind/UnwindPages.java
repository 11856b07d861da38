package io.jitmem.observe.unwind;

import io.jitmem.observe.tables.UnwindInfo;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/**
 * Pages that hold every {@link UnwindInfo}. Tables refer to one by its distance from the code's
 * start, an unsigned number of 32 bits: so it has to lie above that, within 4 GiB. All code of a
 * neighbourhood has one page. Not thread-safe.
 */
final class UnwindPages {
  private static final long REACH = 1L << 32;

  /** The greatest distance of a page. */
  private static final long LAST = REACH - (long) UnwindInfo.values().length * UnwindInfo.BYTE_SIZE;

  private final VirtMem memory;
  private final TreeMap<Long, MemorySegment> byAddress = new TreeMap<>(Long::compareUnsigned);

  UnwindPages(VirtMem memory) {
    this.memory = memory;
  }

  /** Where in a page something is. */
  static long offset(UnwindInfo info) {
    return switch (info) {
      case OF_PUSH -> 0;
      case OF_BRANCH_TARGET -> UnwindInfo.BYTE_SIZE;
    };
  }

  /**
   * The address of a page for code that starts at an address; a new one if none is in reach.
   *
   * @throws VirtMemException if there is no place for one, or no memory
   */
  long above(long start) {
    Map.Entry<Long, MemorySegment> near = byAddress.ceilingEntry(start);
    if (near != null && isInReach(near.getKey(), start)) {
      return near.getKey();
    }
    MemorySegment page = reserve(start);
    try {
      fill(page);
    } catch (Throwable failed) {
      release(page, failed);
      throw failed;
    }
    byAddress.put(page.address(), page);
    return page.address();
  }

  private MemorySegment reserve(long start) {
    long granularity = memory.pages().granularity();
    // Around the middle of what is in reach, so that nothing is below the start or beyond.
    Placement within = Placement.near(start + REACH / 2, REACH / 2 - granularity);
    MemorySegment page = memory.reserve(granularity, within);
    if (!isInReach(page.address(), start)) {
      VirtMemException misplaced =
          new VirtMemException(
              Kind.OUT_OF_MEMORY,
              "unwind information is at 0x%x, and not within 4 GiB above the code at 0x%x"
                  .formatted(page.address(), start));
      release(page, misplaced);
      throw misplaced;
    }
    return page;
  }

  private static boolean isInReach(long page, long start) {
    return Long.compareUnsigned(page, start) >= 0 && Long.compareUnsigned(page - start, LAST) <= 0;
  }

  private void fill(MemorySegment reserved) {
    PageInfo pages = memory.pages();
    MemorySegment page = reserved.asSlice(0, pages.byteSize());
    memory.commit(page, Protection.RW);
    for (UnwindInfo info : UnwindInfo.values()) {
      page.asSlice(offset(info), UnwindInfo.BYTE_SIZE)
          .copyFrom(MemorySegment.ofArray(info.toArray()));
    }
    memory.protect(page, Protection.R);
  }

  private void release(MemorySegment page, Throwable failed) {
    try {
      memory.release(page);
    } catch (RuntimeException notReleased) {
      failed.addSuppressed(notReleased);
    }
  }

  /** Gives all pages back. */
  void close() {
    Failures failures = new Failures();
    byAddress.values().forEach(page -> failures.run(() -> memory.release(page)));
    byAddress.clear();
    failures.rethrow();
  }
}
