package io.jitmem.observe.events;

/**
 * What an allocator holds at one moment: the figures of its statistics, and its pressure.
 *
 * @param strategy how blocks are written, or empty if that is not known yet
 * @param strategyReason why
 * @param limitBytes what blocks may have; {@link Long#MAX_VALUE} without a limit
 * @param headroomBytes the part of it that is kept for requests that must succeed
 * @param pressure how much is taken of what every request may use, 0 to 1
 * @param blocks the number of blocks
 * @param spans the number of live spans
 * @param usedBytes the bytes of live spans
 * @param heldBytes the bytes of released spans that nobody can get yet
 * @param reservedBytes the bytes of the blocks
 * @param committedBytes the bytes of the pages that may have memory behind them
 * @param overheadBytes the bytes of the bookkeeping
 * @param largePageBlocks how many blocks so far have got large pages
 * @param largePageFallbacks how many were to have large pages and have got normal ones
 * @param refusals how many requests were refused so far
 */
public record HeapFigures(
    String strategy,
    String strategyReason,
    long limitBytes,
    long headroomBytes,
    double pressure,
    long blocks,
    long spans,
    long usedBytes,
    long heldBytes,
    long reservedBytes,
    long committedBytes,
    long overheadBytes,
    long largePageBlocks,
    long largePageFallbacks,
    long refusals) {}
