package io.jitmem.allocator.block;

import java.lang.foreign.MemorySegment;

/**
 * The memory of a block.
 *
 * @param rx where it is executed and read
 * @param rw where it is written; the same as {@code rx} for memory that is writable and executable
 *     at once
 * @param mechanism the means by which the two views were made, or empty for one view
 */
public record BlockMemory(MemorySegment rx, MemorySegment rw, String mechanism) {
  public long byteSize() {
    return rx.byteSize();
  }
}
