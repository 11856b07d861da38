package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Large pages as a hint: tried for blocks of a suitable size, and normal ones taken where the
 * system refuses. Counts both. Thread-safe.
 */
public final class LargePages {
  private final boolean wanted;
  private final AtomicLong blockCount = new AtomicLong();
  private final AtomicLong fallbackCount = new AtomicLong();

  /** Whether they are to be tried at all. */
  public LargePages(boolean wanted) {
    this.wanted = wanted;
  }

  /** The blocks that have got large pages so far. */
  public long blockCount() {
    return blockCount.get();
  }

  /** The blocks that were to have large pages and have got normal ones so far. */
  public long fallbackCount() {
    return fallbackCount.get();
  }

  /** Maps a block with the largest pages that its size is a multiple of, else with normal ones. */
  BlockMemory tryFirst(VirtMem virtMem, long byteSize, LongFunction<BlockMemory> map) {
    if (!wanted) {
      return map.apply(0);
    }
    List<Long> sizes = virtMem.pages().largeByteSizes();
    for (long page : sizes.reversed()) {
      if (byteSize % page == 0) {
        return tryLarge(page, map);
      }
    }
    if (sizes.isEmpty()) {
      fallbackCount.incrementAndGet();
    }
    return map.apply(0);
  }

  private BlockMemory tryLarge(long page, LongFunction<BlockMemory> map) {
    RuntimeException refusal;
    try {
      BlockMemory memory = map.apply(page);
      blockCount.incrementAndGet();
      return memory;
    } catch (VirtMemException | UnsupportedOperationException refused) {
      refusal = refused;
    }
    fallbackCount.incrementAndGet();
    try {
      return map.apply(0);
    } catch (RuntimeException alsoRefused) {
      alsoRefused.addSuppressed(refusal);
      throw alsoRefused;
    }
  }
}
