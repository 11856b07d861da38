package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.block.PoolShape;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a heap is to do.
 *
 * @param granularity the unit of spans in the first pool, in bytes; each further pool's is twice as
 *     large
 * @param poolCount the number of pools in a stripe
 * @param blockByteSize the size of the first block of a pool
 * @param maximumBlockByteSize up to where blocks double
 * @param blockAlignment what sizes of blocks are multiples of
 * @param initialPadding whether the first granule of a block stays unused
 * @param keptBlocks how many blocks without spans a pool keeps
 * @param fill the four bytes that unused memory is filled with, if it is
 * @param quarantineByteSize how many bytes must be released before memory is used again
 * @param randomSeed where random placement starts from, if spans are placed at random
 * @param headroom whether there are pools for requests that must succeed
 * @param stripeCount the number of stripes, a power of two
 * @param listeners who is told of code, if anybody is
 * @param name what the allocator is called, or empty
 */
public record HeapOptions(
    int granularity,
    int poolCount,
    long blockByteSize,
    long maximumBlockByteSize,
    long blockAlignment,
    boolean initialPadding,
    int keptBlocks,
    OptionalInt fill,
    long quarantineByteSize,
    OptionalLong randomSeed,
    boolean headroom,
    int stripeCount,
    @Nullable Listeners listeners,
    String name) {
  /** The ordinary pools of a stripe, and behind them those of the headroom, if there is any. */
  Pool[] pools(Object owner, int stripe) {
    Optional<RandomGenerator> random =
        randomSeed.isPresent()
            ? Optional.of(new SplittableRandom(randomSeed.getAsLong() + stripe))
            : Optional.empty();
    Pool[] pools = new Pool[headroom ? 2 * poolCount : poolCount];
    for (int i = 0; i < pools.length; i++) {
      pools[i] = new Pool(shape(i % poolCount, i >= poolCount), owner, random);
    }
    return pools;
  }

  private PoolShape shape(int index, boolean isHeadroom) {
    return new PoolShape(
        granularityOf(index),
        initialPadding ? 1 : 0,
        blockByteSize,
        maximumBlockByteSize,
        isHeadroom);
  }

  /** The granularity of a pool of a stripe, by its index. */
  int granularityOf(int pool) {
    return granularity << pool % poolCount;
  }

  /** The pool for a size: the coarsest one in which it wastes no more than in the finest. */
  int poolOf(long byteSize) {
    int pool = poolCount - 1;
    if (pool > 0) {
      long size = (byteSize + granularity - 1) & -granularity;
      while (pool > 0 && (size & (((long) granularity << pool) - 1)) != 0) {
        pool--;
      }
    }
    return pool;
  }

  long alignBlock(long byteSize) {
    return (byteSize + blockAlignment - 1) & -blockAlignment;
  }
}
