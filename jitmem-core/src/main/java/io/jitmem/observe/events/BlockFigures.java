package io.jitmem.observe.events;

/**
 * A block.
 *
 * @param address where it is executed
 * @param byteSize its size
 * @param granularity the unit of its spans' sizes in bytes
 * @param strategy how it is written
 * @param hasLargePages whether it has got large pages
 */
public record BlockFigures(
    long address, long byteSize, int granularity, String strategy, boolean hasLargePages) {}
