package io.jitmem.allocator.heap;

/** What a pool holds at one moment. */
public record PoolFigures(
    int granuleByteSize,
    int blockCount,
    int spanCount,
    long usedBytes,
    long reservedBytes,
    long overheadBytes) {}
