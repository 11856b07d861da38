package io.jitmem.allocator;

/**
 * What a pool holds at one moment.
 *
 * @param granularity the unit of its spans' sizes in bytes
 * @param blockCount the number of its blocks
 * @param spanCount the number of its live spans
 * @param usedBytes the bytes of its live spans, in whole granules
 * @param reservedBytes the bytes of its blocks, counted once for both views of a dual mapping
 * @param committedBytes of the reserved bytes those that have memory behind them, or get it when
 *     they are touched
 * @param overheadBytes the bytes that bookkeeping takes in the Java heap
 */
public record PoolStatistics(
    int granularity,
    int blockCount,
    int spanCount,
    long usedBytes,
    long reservedBytes,
    long committedBytes,
    long overheadBytes) {}
