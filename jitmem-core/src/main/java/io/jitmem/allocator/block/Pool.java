package io.jitmem.allocator.block;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of one granularity, and the sizes that new ones get: each twice the size of the one
 * before, up to a limit. At most one block without spans stays; it serves the next request instead
 * of a new mapping.
 */
public final class Pool {
  private final int granuleByteSize;
  private final int padding;
  private final long initialBlockByteSize;
  private final long maximumBlockByteSize;
  private final List<Block> blocks = new ArrayList<>();
  private long nextBlockByteSize;

  /**
   * A pool without blocks, whose new blocks leave {@code padding} granules at their start unused.
   */
  public Pool(
      int granuleByteSize, int padding, long initialBlockByteSize, long maximumBlockByteSize) {
    this.granuleByteSize = granuleByteSize;
    this.padding = padding;
    this.initialBlockByteSize = initialBlockByteSize;
    this.maximumBlockByteSize = maximumBlockByteSize;
    nextBlockByteSize = initialBlockByteSize;
  }

  public int granuleByteSize() {
    return granuleByteSize;
  }

  public List<Block> blocks() {
    return blocks;
  }

  /** The granules that a span of a size takes. */
  public int granuleCount(long byteSize) {
    return Math.toIntExact((byteSize + granuleByteSize - 1) / granuleByteSize);
  }

  /** Places a span in the first block with room, or returns null if none has any. */
  public @Nullable Placement allocate(int granuleCount) {
    for (Block block : blocks) {
      Placement placement = block.allocate(granuleCount);
      if (placement != null) {
        return placement;
      }
    }
    return null;
  }

  /** The least size of a new block that a span of so many granules fits into. */
  public long byteSizeOfNewBlock(int granuleCount) {
    long needed = ((long) granuleCount + padding) * granuleByteSize;
    return Math.max(needed, nextBlockByteSize);
  }

  /** Adds a block of new memory. */
  public Block add(BlockMemory memory) {
    Block block = new Block(memory, granuleByteSize, padding);
    blocks.add(block);
    nextBlockByteSize = Math.min(maximumBlockByteSize, nextBlockByteSize * 2);
    return block;
  }

  /** Takes a block out; its spans are gone. */
  public void remove(Block block) {
    blocks.remove(block);
    block.discard();
    if (blocks.isEmpty()) {
      nextBlockByteSize = initialBlockByteSize;
    }
  }

  /** Whether there is a block without spans besides this one. */
  public boolean hasOtherEmptyBlock(Block block) {
    for (Block other : blocks) {
      if (other != block && other.isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
