package io.jitmem.allocator.block;

import java.lang.foreign.MemorySegment;

/**
 * The memory of a block.
 *
 * @param rx where it is executed and read
 * @param rw where it is written; the same as {@code rx} for memory that is writable and executable
 *     at once
 * @param mechanism the means by which the two views were made, or empty for one view
 * @param largePageByteSize the size of its pages if they are large, or 0
 * @param usedBefore whether code may have been executed at these addresses before
 */
public record BlockMemory(
    MemorySegment rx,
    MemorySegment rw,
    String mechanism,
    long largePageByteSize,
    boolean usedBefore) {
  public long byteSize() {
    return rx.byteSize();
  }

  /** Whether it has two views. */
  public boolean isDual() {
    return rx.address() != rw.address();
  }
}
