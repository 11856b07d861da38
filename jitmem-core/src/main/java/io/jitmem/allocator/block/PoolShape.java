package io.jitmem.allocator.block;

/**
 * What the blocks of a pool are like.
 *
 * @param granuleByteSize the unit of spans in bytes, a power of two
 * @param padding the number of granules at the start of a block that stay unused
 * @param blockByteSize the size of the first block; each further one is twice as large
 * @param maximumBlockByteSize up to where they double
 * @param headroom whether the pool is a part of the headroom
 */
public record PoolShape(
    int granuleByteSize,
    int padding,
    long blockByteSize,
    long maximumBlockByteSize,
    boolean headroom) {}
