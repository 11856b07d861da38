package io.jitmem.allocator;

/** How code gets into executable memory. An allocator has one, for all its blocks and for good. */
public enum WriteStrategy {
  /**
   * The memory is writable and executable at once. The simplest; refused by systems that enforce
   * W^X.
   */
  DIRECT,
  /** The memory has two addresses, one to execute and one to write. Works under W^X. */
  DUAL,
  /**
   * The memory is written first and then made executable, for as long as a span on its pages lives:
   * no page with published code is ever writable. A span is written once. One of {@link
   * JitAllocator#allocate(long)} has whole pages to itself; those of {@link
   * WriteScope#allocate(long)} share them. It needs no second view, and costs a system call a
   * publication; released memory is had again, and filled, page by page.
   */
  SEAL,
  /**
   * The memory is writable for one thread at a time, by a switch of the CPU that is on inside one
   * native call only, which copies the code. A writer that is code of the caller writes to a copy.
   */
  MAP_JIT
}
