package io.jitmem.allocator.heap;

import io.jitmem.virtmem.Placement;

/**
 * The address space that all blocks are to lie in.
 *
 * @param byteSize its size
 * @param leastByteSize the least size that is of use
 * @param placement where it is to be executed
 * @param guards whether blocks have inaccessible pages around them
 */
public record RangeRequest(
    long byteSize, long leastByteSize, Placement placement, boolean guards) {}
