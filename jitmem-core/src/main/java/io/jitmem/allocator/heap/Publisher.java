package io.jitmem.allocator.heap;

import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Makes written code visible to instruction fetch. The order is fixed: all writes, then the cache
 * flush of each range on its executable address, then one synchronisation of the cores if any range
 * may have been executed before; only afterwards may the caller hand an entry out.
 */
public final class Publisher {
  /**
   * A range that was written.
   *
   * @param rx where it is executed
   * @param maybeFetched whether a core may hold instructions that it fetched from there
   */
  public record Written(MemorySegment rx, boolean maybeFetched) {}

  private final VirtMem virtMem;

  /** A publisher by a backend's calls. */
  public Publisher(VirtMem virtMem) {
    this.virtMem = virtMem;
  }

  /** Publishes one range, and tells whether the cores were synchronised. */
  public boolean publish(MemorySegment rx, boolean maybeFetched) {
    virtMem.flushInstructionCache(rx);
    if (maybeFetched) {
      virtMem.synchronizeCores();
    }
    return maybeFetched;
  }

  /**
   * Publishes ranges, with at most one synchronisation for all of them, or with one in any case;
   * tells whether there was one.
   */
  public boolean publish(List<Written> written, boolean always) {
    boolean synchronize = always && !written.isEmpty();
    for (Written range : written) {
      virtMem.flushInstructionCache(range.rx());
      synchronize |= range.maybeFetched();
    }
    if (synchronize) {
      virtMem.synchronizeCores();
    }
    return synchronize;
  }
}
