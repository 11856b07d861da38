package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

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

  /** Whether they are to be tried at all. */
  boolean areWanted() {
    return wanted;
  }

  /** The blocks that have got large pages so far. */
  public long blockCount() {
    return blockCount.get();
  }

  /** The blocks that were to have large pages and have got normal ones so far. */
  public long fallbackCount() {
    return fallbackCount.get();
  }

  /** Maps memory of a size, of pages of a size or, if that is 0, of normal ones. */
  @FunctionalInterface
  interface Mapping {
    BlockMemory map(long byteSize, long largePage);
  }

  /**
   * Where they are wanted: maps a block with the largest pages that its size is a multiple of; a
   * smaller one if the system has not that many; else with normal pages, behind which it may put
   * large ones.
   */
  BlockMemory tryFirst(VirtMem virtMem, BlockSize size, Mapping mapping) {
    List<RuntimeException> refusals = new ArrayList<>();
    List<Long> pages = virtMem.pages().largeByteSizes();
    for (long byteSize : size.choices()) {
      for (long page : pages.reversed()) {
        if (byteSize % page == 0) {
          try {
            BlockMemory memory = mapping.map(byteSize, page);
            blockCount.incrementAndGet();
            return memory;
          } catch (VirtMemException | UnsupportedOperationException refused) {
            refusals.add(refused);
          }
        }
      }
    }
    return withNormalPages(virtMem, size, mapping, refusals);
  }

  private BlockMemory withNormalPages(
      VirtMem virtMem, BlockSize size, Mapping mapping, List<RuntimeException> refusals) {
    BlockMemory memory;
    try {
      memory = mapping.map(size.wanted(), 0);
    } catch (RuntimeException alsoRefused) {
      refusals.forEach(alsoRefused::addSuppressed);
      throw alsoRefused;
    }
    if (hasGot(virtMem, memory)) {
      blockCount.incrementAndGet();
      return memory.withLargePages();
    }
    if (!refusals.isEmpty() || virtMem.pages().largeByteSizes().isEmpty()) {
      fallbackCount.incrementAndGet();
    }
    return memory;
  }

  private static boolean hasGot(VirtMem virtMem, BlockMemory memory) {
    long byteSize = memory.rx().byteSize();
    return virtMem.useLargePages(memory.rw()) == byteSize
        && (!memory.isDual() || virtMem.useLargePages(memory.rx()) == byteSize);
  }
}
