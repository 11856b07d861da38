package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Pool;
import java.util.OptionalInt;

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
 * @param keepsEmptyBlock whether a pool keeps one block without spans
 * @param fill the four bytes that unused memory is filled with, if it is
 * @param stripeCount the number of stripes, a power of two
 */
public record HeapOptions(
    int granularity,
    int poolCount,
    long blockByteSize,
    long maximumBlockByteSize,
    long blockAlignment,
    boolean initialPadding,
    boolean keepsEmptyBlock,
    OptionalInt fill,
    int stripeCount) {
  Pool pool(Object owner, int index) {
    return new Pool(
        owner, granularity << index, initialPadding ? 1 : 0, blockByteSize, maximumBlockByteSize);
  }

  /** The pool for a size: the coarsest one in which it wastes no more than in the finest. */
  int poolOf(long byteSize) {
    long size = (byteSize + granularity - 1) & -granularity;
    int pool = poolCount - 1;
    while (pool > 0 && (size & (((long) granularity << pool) - 1)) != 0) {
      pool--;
    }
    return pool;
  }

  long alignBlock(long byteSize) {
    return (byteSize + blockAlignment - 1) & -blockAlignment;
  }
}
