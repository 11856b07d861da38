package io.jitmem.allocator;

/** What {@link JitAllocator#reset} does with memory that is not needed any more. */
public enum ResetPolicy {
  /** One block is kept for what comes next. */
  SOFT,
  /** Everything goes back to the system. */
  HARD
}
