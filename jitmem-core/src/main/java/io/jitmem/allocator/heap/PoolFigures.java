package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.Pool;

/** What pools of one granularity hold at one moment. */
public record PoolFigures(
    int granuleByteSize,
    int blockCount,
    int spanCount,
    long usedBytes,
    long heldBytes,
    long reservedBytes,
    long committedBytes,
    long overheadBytes) {
  static PoolFigures none(int granuleByteSize) {
    return new PoolFigures(granuleByteSize, 0, 0, 0, 0, 0, 0, 0);
  }

  PoolFigures plus(Pool pool, long pageByteSize) {
    PoolFigures sum = plus(new PoolFigures(0, 0, 0, 0, 0, 0, 0, pool.overheadBytes()));
    for (Block block : pool.blocks()) {
      sum = sum.plus(of(block, pageByteSize));
    }
    return sum;
  }

  private static PoolFigures of(Block block, long pageByteSize) {
    return new PoolFigures(
        0,
        1,
        block.spanCount(),
        block.usedBytes(),
        block.heldBytes(),
        block.memory().byteSize(),
        block.committedBytes(pageByteSize),
        block.overheadBytes());
  }

  PoolFigures plus(PoolFigures other) {
    return new PoolFigures(
        granuleByteSize,
        blockCount + other.blockCount,
        spanCount + other.spanCount,
        usedBytes + other.usedBytes,
        heldBytes + other.heldBytes,
        reservedBytes + other.reservedBytes,
        committedBytes + other.committedBytes,
        overheadBytes + other.overheadBytes);
  }
}
