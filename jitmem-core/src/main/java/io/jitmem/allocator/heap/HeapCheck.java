package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.Pool;

/** Looks whether a heap's books agree with each other. */
record HeapCheck(Stripes stripes, BlockTable table, int keptBlocks) {
  /**
   * Looks; cost is linear in the granules.
   *
   * @throws IllegalStateException if something does not hold
   */
  void run() {
    int blockCount = 0;
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        blockCount += run(stripe);
      } finally {
        stripe.unlock();
      }
    }
    if (blockCount != table.size()) {
      throw new IllegalStateException(blockCount + " blocks, but indexed are " + table.size());
    }
  }

  private int run(Stripe stripe) {
    for (Pool pool : stripe.pools()) {
      pool.verify();
      if (pool.emptyBlockCount() > keptBlocks) {
        throw new IllegalStateException(pool.emptyBlockCount() + " empty blocks in one pool");
      }
    }
    for (Block block : stripe.blocks()) {
      if (!table.contains(block)) {
        throw new IllegalStateException("a block is not in the index: " + block.memory());
      }
    }
    return stripe.blocks().size();
  }
}
