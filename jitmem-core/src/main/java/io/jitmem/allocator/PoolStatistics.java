package io.jitmem.allocator;

/**
 * What a pool holds at one moment.
 *
 * @param granularity the unit of its spans' sizes in bytes
 * @param blockCount the number of its blocks
 * @param spanCount the number of its live spans
 * @param usedBytes the bytes of its live spans, in whole granules
 * @param heldBytes the bytes of released spans that nobody can get yet: in quarantine, or being
 *     filled; under {@link WriteStrategy#SEAL} also what is left of pages that spans are on
 * @param reservedBytes the bytes of its blocks, counted once for both views of a dual mapping
 * @param committedBytes the bytes of the pages that may have memory behind them: all up to the last
 *     that a span ever lay on, but those that {@link JitAllocator#trim} has given back and that are
 *     not in use again, as all are after a reset
 * @param overheadBytes the bytes that bookkeeping takes in the Java heap
 */
public record PoolStatistics(
    int granularity,
    int blockCount,
    int spanCount,
    long usedBytes,
    long heldBytes,
    long reservedBytes,
    long committedBytes,
    long overheadBytes) {}
