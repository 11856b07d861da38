package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.observe.events.BlockFigures;
import io.jitmem.observe.events.EventSink.BlockTiming;
import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Events;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Maps blocks and gives them back, within the heap's budget and all outside the locks of the
 * stripes. Blocks that a native call is in when they are to go are kept in {@code inUse}, which
 * this object's monitor guards, until the heap is closed.
 */
final class BlockStore {
  private final VirtMem virtMem;
  private final MapperChoice mapping;
  private final Budget budget;
  private final @Nullable Fill fill;
  private final @Nullable CallTargets targets;
  private final EventSource source;
  private final List<Block> inUse = new ArrayList<>();
  private final AtomicInteger mappedCount = new AtomicInteger();
  private volatile boolean closing;

  BlockStore(
      MapperChoice mapping,
      @Nullable Fill fill,
      @Nullable CallTargets targets,
      EventSource source) {
    this.source = source;
    this.targets = targets;
    this.mapping = mapping;
    this.fill = fill;
    virtMem = mapping.mappers().virtMem();
    budget = mapping.mappers().budget();
  }

  MapperChoice mapping() {
    return mapping;
  }

  Budget budget() {
    return budget;
  }

  /**
   * Maps a block of {@code wanted} bytes, or of fewer but at least {@code least} if the budget or
   * the system leaves no more.
   *
   * @throws NoRoom if there is not so much left
   */
  BlockMemory map(long least, long wanted, boolean headroom) {
    BlockMemory memory = mapGranted(least, wanted, headroom);
    if (headroom || !budget.isOverdrawn()) {
      return memory;
    }
    // The first block has shown that the range is smaller than what was asked for.
    unmap(memory, false);
    return mapGranted(least, wanted, false);
  }

  private BlockMemory mapGranted(long least, long wanted, boolean headroom) {
    long granted = budget.take(least, wanted, headroom);
    if (granted == 0) {
      throw new NoRoom(least);
    }
    long taken = 0;
    try {
      BlockMemory memory = mapFilled(least, granted);
      taken = memory.byteSize();
      mappedCount.incrementAndGet();
      return memory;
    } finally {
      budget.giveBack(granted - taken, headroom);
    }
  }

  private BlockMemory mapFilled(long least, long wanted) {
    BlockMemory memory = mapping.map(least, wanted);
    try {
      if (fill != null) {
        virtMem.populate(memory.rw());
        fill.fill(memory);
      }
      return memory;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> mapping.unmap(memory));
      throw failure;
    }
  }

  /** Whether all memory of a new block was touched. */
  boolean fillsBlocks() {
    return fill != null;
  }

  /** Unmaps memory that has become no block. */
  void unmap(BlockMemory memory, boolean headroom) {
    try {
      mapping.unmap(memory);
    } finally {
      budget.giveBack(memory.byteSize(), headroom);
      if (mappedCount.decrementAndGet() == 0 && closing) {
        mapping.close();
      }
    }
  }

  /** Unmaps blocks that are out of their pools, but those that a native call is in. */
  void unmap(Collection<Block> surplus) {
    Attempts attempts = new Attempts();
    surplus.forEach(block -> attempts.make(() -> unmap(block)));
    attempts.requireSuccess();
  }

  private void unmap(Block block) {
    BlockTiming timing = Events.unmapping();
    try {
      block.endEntries();
    } catch (IllegalStateException nativeCallInside) {
      keep(block);
      return;
    }
    unmap(block.memory(), block.pool().isHeadroom());
    if (timing != null) {
      Events.end(timing, source, figures(block.memory(), (int) block.byteSize(1)));
    }
  }

  /** What events tell of a block. */
  static BlockFigures figures(BlockMemory memory, int granularity) {
    return new BlockFigures(
        memory.rx().address(),
        memory.byteSize(),
        granularity,
        memory.access().strategy(),
        memory.hasLargePages());
  }

  /**
   * Makes memory what it was before the first span there: no call may enter it, and if its pages
   * may have been sealed, they are writable.
   */
  void renew(Block block, GranuleRun pages) {
    if (targets != null) {
      targets.clear(block, pages);
    }
    if (block.memory().isSealed()) {
      virtMem.protect(block.rx(pages.first(), pages.count()), Protection.RW);
    }
  }

  /** Puts memory behind granules of a block that somebody is about to write. */
  void populate(Block block, GranuleRun run) {
    virtMem.populate(block.rw(run.first(), run.count()));
  }

  /**
   * Unmaps the last blocks, and tries those again that were in use. Blocks that somebody works on
   * are unmapped when that is done.
   *
   * @throws IllegalStateException if some still are; the others are gone
   */
  void close(List<Block> last) {
    closing = true;
    Attempts attempts = new Attempts();
    attempts.make(() -> unmap(last));
    attempts.make(() -> unmap(takeInUse()));
    if (mappedCount.get() == 0) {
      attempts.make(mapping::close);
    }
    attempts.requireSuccess();
    synchronized (this) {
      if (!inUse.isEmpty()) {
        throw new IllegalStateException(
            "a native call is in "
                + inUse.size()
                + " of the blocks, which stay mapped until the allocator is closed again");
      }
    }
  }

  private synchronized void keep(Block block) {
    inUse.add(block);
  }

  private synchronized List<Block> takeInUse() {
    List<Block> taken = List.copyOf(inUse);
    inUse.clear();
    return taken;
  }
}
