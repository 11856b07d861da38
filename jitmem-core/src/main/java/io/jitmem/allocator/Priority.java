package io.jitmem.allocator;

/** How much of the memory that an allocator may have a request may use. */
public enum Priority {
  /** All but the headroom. */
  ORDINARY,
  /** The headroom too: for what the program cannot do without, as its exit stubs. */
  MUST_SUCCEED
}
