package io.jitmem.allocator;

/** What is done after a write so that cores execute what was written. */
public enum CachePolicy {
  /**
   * What this CPU needs: the cache is flushed, and cores are synchronised if the memory held code
   * before.
   */
  DEFAULT,
  /** The cache is flushed and cores are synchronised whether or not it seems needed. */
  FLUSH_AFTER_WRITE,
  /** Nothing: the caller takes care of both before the code runs. */
  NEVER_FLUSH
}
