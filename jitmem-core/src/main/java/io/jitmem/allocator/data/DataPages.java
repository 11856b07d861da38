package io.jitmem.allocator.data;

import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes whole pages from the backend and gives them back: from reservations where they are wanted;
 * else, where the backend cannot place, from reservations anywhere; else, where it cannot reserve,
 * as mappings. Guarded by the monitor of {@link DataMemory}, system calls included: they are rare
 * beside those that make code.
 */
final class DataPages {
  /** Address space costs nothing, and looking for some near an address does. */
  private static final long REGION_BYTE_SIZE = 64L << 20;

  private final VirtMem virtMem;
  private final List<Region> regions = new ArrayList<>();

  /** Mappings by themselves. */
  private final Set<MemorySegment> mappings = Collections.newSetFromMap(new IdentityHashMap<>());

  private long committedBytes;

  DataPages(VirtMem virtMem) {
    this.virtMem = virtMem;
  }

  long pageByteSize() {
    return virtMem.pages().byteSize();
  }

  long committedBytes() {
    return committedBytes;
  }

  /**
   * Takes pages to read and write, where they are wanted if that is possible.
   *
   * @param byteSize whole pages
   * @param alignment a power of two
   */
  PageRun take(long byteSize, long alignment, Placement where) {
    PageRun run = takeReserved(byteSize, alignment, where);
    if (run == null && where instanceof Placement.Near) {
      run = takeReserved(byteSize, alignment, Placement.anywhere());
    }
    return run != null ? run : map(byteSize, alignment);
  }

  private @Nullable PageRun takeReserved(long byteSize, long alignment, Placement where) {
    for (Region region : regions) {
      if (region.isWithin(where)) {
        MemorySegment memory = region.take(byteSize, alignment, pageByteSize());
        if (memory != null) {
          return commit(region, memory);
        }
      }
    }
    Region added = addRegion(byteSize + alignment, where);
    MemorySegment memory = added == null ? null : added.take(byteSize, alignment, pageByteSize());
    return added == null || memory == null ? null : commit(added, memory);
  }

  /** Adds address space for at least so much, or returns null if there is none. */
  private @Nullable Region addRegion(long least, Placement where) {
    long granularity = virtMem.pages().granularity();
    long smallest = (least + granularity - 1) & -granularity;
    for (long size = Math.max(smallest, REGION_BYTE_SIZE);
        size >= smallest;
        size = less(size, smallest)) {
      try {
        Region region = new Region(virtMem.reserve(size, where));
        regions.add(region);
        return region;
      } catch (UnsupportedOperationException unable) {
        return null;
      } catch (VirtMemException refused) {
        requireShortage(refused);
      } catch (IllegalArgumentException tooFewAddressesSoNear) {
        // Fewer may do.
      }
    }
    return null;
  }

  /** Where there is no room less may fit, or another place may do; nothing else is got over. */
  private static void requireShortage(VirtMemException refused) {
    switch (refused.kind()) {
      case OUT_OF_MEMORY, NO_SPACE, ADDRESS_IN_USE, NOT_SUPPORTED -> {}
      default -> throw refused;
    }
  }

  /** Half as much, but the least that is of use before less than that. */
  private static long less(long size, long smallest) {
    return size == smallest ? 0 : Math.max(smallest, size / 2);
  }

  private PageRun commit(Region region, MemorySegment memory) {
    try {
      virtMem.commit(memory, Protection.RW);
    } catch (RuntimeException refused) {
      region.giveBack(memory);
      throw refused;
    }
    committedBytes += memory.byteSize();
    return PageRun.in(region, memory);
  }

  private PageRun map(long byteSize, long alignment) {
    long slack = alignment - Math.min(alignment, virtMem.pages().granularity());
    MemorySegment whole = virtMem.allocate(byteSize + slack, Protection.RW);
    mappings.add(whole);
    committedBytes += whole.byteSize();
    long before = ((whole.address() + alignment - 1) & -alignment) - whole.address();
    return new PageRun(whole.asSlice(before, byteSize), null, whole);
  }

  /** Makes pages that can be written readable only. */
  void seal(MemorySegment memory) {
    virtMem.protect(memory, Protection.R);
  }

  /**
   * Gives the end of a run back if it can go by itself.
   *
   * @return what is left of the run
   */
  PageRun keepFirst(PageRun run, long byteSize) {
    Region region = run.region();
    if (region == null || byteSize == run.byteSize()) {
      return run;
    }
    MemorySegment rest = run.memory().asSlice(byteSize);
    decommit(region, rest);
    return PageRun.in(region, run.memory().asSlice(0, byteSize));
  }

  /** Gives pages back. What the system refuses to take stays until {@link #close}. */
  void giveBack(PageRun run) {
    Region region = run.region();
    if (region != null) {
      decommit(region, run.memory());
    } else {
      release(run.whole());
    }
  }

  private void decommit(Region region, MemorySegment memory) {
    virtMem.decommit(memory);
    committedBytes -= memory.byteSize();
    region.giveBack(memory);
  }

  private void release(MemorySegment mapping) {
    virtMem.release(mapping);
    mappings.remove(mapping);
    committedBytes -= mapping.byteSize();
  }

  /**
   * Gives everything back; tries all of it, whatever fails.
   *
   * @throws IllegalStateException if a native call is in some of it, which stays until the next
   *     call
   */
  void close() {
    Failures failures = new Failures();
    for (MemorySegment mapping : List.copyOf(mappings)) {
      failures.gather(() -> release(mapping));
    }
    for (Region region : List.copyOf(regions)) {
      failures.gather(() -> {
        virtMem.release(region.reservation());
        regions.remove(region);
      });
    }
    if (mappings.isEmpty() && regions.isEmpty()) {
      committedBytes = 0;
    }
    failures.throwFirst();
  }
}
