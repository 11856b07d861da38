package io.jitmem.allocator.data;

/** Whole pages that hold spans. Guarded by the monitor of {@link DataMemory}. */
sealed interface SharedPages permits Chunk, BatchPages {
  /** Whether the spans can be read only. */
  boolean isSealed();

  /**
   * Whether a span may be released now.
   *
   * @throws IllegalStateException if not, with the reason
   */
  void requireReleasable(DataSpan span);

  /** Takes a span out, and tells whether none is left. */
  boolean remove(DataSpan span);

  PageRun run();
}
