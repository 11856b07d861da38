package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.Pool;

/** What pools of one granularity hold at one moment. */
public record PoolFigures(
    int granuleByteSize,
    int blockCount,
    int spanCount,
    long usedBytes,
    long reservedBytes,
    long overheadBytes) {
  static PoolFigures of(Pool pool) {
    int spans = 0;
    long used = 0;
    long reserved = 0;
    long overhead = 0;
    for (Block block : pool.blocks()) {
      spans += block.spanCount();
      used += block.usedBytes();
      reserved += block.memory().byteSize();
      overhead += block.overheadBytes();
    }
    return new PoolFigures(
        pool.granuleByteSize(), pool.blocks().size(), spans, used, reserved, overhead);
  }

  PoolFigures plus(PoolFigures other) {
    return new PoolFigures(
        granuleByteSize,
        blockCount + other.blockCount,
        spanCount + other.spanCount,
        usedBytes + other.usedBytes,
        reservedBytes + other.reservedBytes,
        overheadBytes + other.overheadBytes);
  }
}
