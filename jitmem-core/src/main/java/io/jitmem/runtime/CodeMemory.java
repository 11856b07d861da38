package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;

/** The executable memory of what was added together: one thing to give back. */
interface CodeMemory {
  /**
   * Gives the memory back. Called at most once at a time, and not again once it has succeeded or
   * thrown anything but {@link IllegalStateException}.
   *
   * @throws IllegalStateException if it cannot be given back now; it may be tried again
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses; the memory is given up
   */
  void release();

  /** What it is, for messages. */
  @Override
  String toString();

  /** One span. */
  record OfSpan(JitAllocator allocator, Span span) implements CodeMemory {
    @Override
    public void release() {
      allocator.release(span);
    }

    @Override
    public String toString() {
      return span.toString();
    }
  }
}
