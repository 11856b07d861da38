package io.jitmem.allocator.block;

import java.lang.foreign.MemorySegment;

/**
 * The memory of a block.
 *
 * @param access how it is written
 * @param rx where it is executed and read
 * @param rw where it is written; another address than {@code rx} for two views only
 * @param mechanism the means by which the two views were made, or empty for one view
 * @param pageByteSize the size of its pages if they are to be sealed, or 0
 * @param largePageByteSize the size of its pages if they are large, or 0
 * @param usedBefore whether code may have been executed at these addresses before
 * @param hasLargePages whether large pages were wanted and are there, by whichever means
 */
public record BlockMemory(
    Access access,
    MemorySegment rx,
    MemorySegment rw,
    String mechanism,
    long pageByteSize,
    long largePageByteSize,
    boolean usedBefore,
    boolean hasLargePages) {
  /** Memory of normal pages, or of large ones that were mapped as such. */
  public BlockMemory(
      Access access,
      MemorySegment rx,
      MemorySegment rw,
      String mechanism,
      long pageByteSize,
      long largePageByteSize,
      boolean usedBefore) {
    this(
        access,
        rx,
        rw,
        mechanism,
        pageByteSize,
        largePageByteSize,
        usedBefore,
        largePageByteSize > 0);
  }

  /** Memory that is executable from the start, with one view or two. */
  public BlockMemory(
      MemorySegment rx,
      MemorySegment rw,
      String mechanism,
      long largePageByteSize,
      boolean usedBefore) {
    this(
        rx.address() == rw.address() ? Access.DIRECT : Access.DUAL,
        rx,
        rw,
        mechanism,
        0,
        largePageByteSize,
        usedBefore);
  }

  /** The same memory, behind which the system has put large pages by itself. */
  public BlockMemory withLargePages() {
    return new BlockMemory(
        access, rx, rw, mechanism, pageByteSize, largePageByteSize, usedBefore, true);
  }

  public long byteSize() {
    return rx.byteSize();
  }

  /** Whether it has two views. */
  public boolean isDual() {
    return access == Access.DUAL;
  }

  /** Whether what was written is to be sealed, page by page. */
  public boolean isSealed() {
    return access == Access.SEALED;
  }

  /** Whether it is written by a call of the backend only. */
  public boolean isSwitched() {
    return access == Access.SWITCHED;
  }
}
