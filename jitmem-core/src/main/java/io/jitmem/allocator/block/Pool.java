package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.MaxTree;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of one granularity, and the sizes that new ones get: each twice the size of the one
 * before, up to a limit.
 *
 * <p>An index knows of each block a length that no free run in it exceeds, so that blocks without
 * room are passed over unseen. What it knows grows with what is freed, may be too much after
 * something was placed, and is exact after a block was asked in vain. Most allocations ask nobody:
 * they take a place where a span of the same size was released, or go on in the run of free
 * granules that the last search has found.
 *
 * <p>Guarded by its owner's lock.
 */
public final class Pool {
  private final Object owner;
  private final int granuleByteSize;
  private final int padding;
  private final long initialBlockByteSize;
  private final long maximumBlockByteSize;
  private final List<Block> blocks = new ArrayList<>();
  private final MaxTree longestFree = new MaxTree();
  private final Hints hints = new Hints();
  private @Nullable Block latest;
  private int emptyBlockCount;
  private long nextBlockByteSize;

  /** A pool without blocks, which belongs to {@code owner}, the holder of its lock. */
  public Pool(
      Object owner,
      int granuleByteSize,
      int padding,
      long initialBlockByteSize,
      long maximumBlockByteSize) {
    this.owner = owner;
    this.granuleByteSize = granuleByteSize;
    this.padding = padding;
    this.initialBlockByteSize = initialBlockByteSize;
    this.maximumBlockByteSize = maximumBlockByteSize;
    nextBlockByteSize = initialBlockByteSize;
  }

  /** Who holds the lock that guards this pool. */
  public Object owner() {
    return owner;
  }

  public int granuleByteSize() {
    return granuleByteSize;
  }

  public List<Block> blocks() {
    return blocks;
  }

  /** The granules that a span of a size takes. */
  public int granuleCount(long byteSize) {
    return (int) ((byteSize + granuleByteSize - 1) / granuleByteSize);
  }

  /** Places a span in a block with room, or returns null if none has any. */
  public <S> @Nullable S allocate(int count, SpanFactory<S> factory) {
    S placed = allocateByHint(count, factory);
    if (placed == null && latest != null) {
      placed = latest.allocateInRun(count, factory);
    }
    return placed != null ? placed : allocateByIndex(count, factory);
  }

  /** Places a span in one block, or returns null if it has no room. */
  public <S> @Nullable S allocateIn(Block block, int count, SpanFactory<S> factory) {
    return block.allocate(count, factory);
  }

  private <S> @Nullable S allocateByHint(int count, SpanFactory<S> factory) {
    long hint = hints.pop(count);
    while (hint != Hints.NONE) {
      int slot = (int) (hint >>> 32);
      S placed =
          slot < blocks.size() ? blocks.get(slot).allocateAt((int) hint, count, factory) : null;
      if (placed != null) {
        return placed;
      }
      hint = hints.pop(count);
    }
    return null;
  }

  /**
   * The index may promise more than a block has; then the block is asked, and the index corrected.
   */
  private <S> @Nullable S allocateByIndex(int count, SpanFactory<S> factory) {
    int slot = longestFree.find(count);
    while (slot >= 0) {
      Block block = blocks.get(slot);
      S placed = block.allocate(count, factory);
      if (placed != null) {
        latest = block;
        return placed;
      }
      correct(block);
      slot = longestFree.find(count);
    }
    return null;
  }

  /** The size of a new block that a span of so many granules fits into. */
  public long byteSizeOfNewBlock(int count) {
    long needed = ((long) count + padding) * granuleByteSize;
    return Math.max(needed, nextBlockByteSize);
  }

  /** Adds a block of new memory. */
  public Block add(BlockMemory memory) {
    Block block = new Block(this, memory, granuleByteSize, padding);
    block.slot = blocks.size();
    blocks.add(block);
    emptyBlockCount++;
    correct(block);
    latest = block;
    nextBlockByteSize = Math.min(maximumBlockByteSize, nextBlockByteSize * 2);
    return block;
  }

  /** Takes a block out; its spans are gone. */
  public void remove(Block block) {
    if (block.isEmpty()) {
      emptyBlockCount--;
    }
    Block last = blocks.removeLast();
    if (last != block) {
      blocks.set(block.slot, last);
      last.slot = block.slot;
      correct(last);
    }
    longestFree.set(blocks.size(), 0);
    latest = latest == block ? null : latest;
    block.discard();
    if (blocks.isEmpty()) {
      nextBlockByteSize = initialBlockByteSize;
    }
  }

  /** Frees every span of a block. */
  public void reset(Block block) {
    emptyBlockCount += block.isEmpty() ? 0 : 1;
    block.reset();
  }

  /** The number of blocks without spans. */
  public int emptyBlockCount() {
    return emptyBlockCount;
  }

  /** Takes note of granules that were freed. */
  void freed(Block block, int first, int count) {
    hints.push(count, block.slot, first);
    int run = block.runAround(first, count);
    if (run > longestFree.get(block.slot)) {
      longestFree.set(block.slot, run);
    }
  }

  private void correct(Block block) {
    longestFree.set(block.slot, block.longestFree());
  }

  /** Takes note that a block has got its first span. */
  void unemptied() {
    emptyBlockCount--;
  }

  /** Takes note that a block has lost its last span. */
  void emptied() {
    emptyBlockCount++;
  }

  /** Checks what must hold in the pool; cost is linear in the granules. */
  public void verify() {
    int empty = 0;
    for (Block block : blocks) {
      block.verify();
      empty += block.isEmpty() ? 1 : 0;
      if (blocks.get(block.slot) != block) {
        throw new IllegalStateException("a block is not in its slot " + block.slot);
      }
      if (longestFree.get(block.slot) < block.longestFree()) {
        throw new IllegalStateException(
            "the index knows of "
                + longestFree.get(block.slot)
                + " free granules, the block of "
                + block.longestFree());
      }
    }
    if (empty != emptyBlockCount) {
      throw new IllegalStateException(empty + " blocks are empty, counted are " + emptyBlockCount);
    }
  }
}
