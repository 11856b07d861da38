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
   * The memory is written first and then made executable, for as long as a span on its pages lives.
   */
  SEAL,
  /** The memory is writable for one thread at a time by a switch of the CPU. */
  MAP_JIT
}
