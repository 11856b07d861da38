package io.jitmem.observe;

/**
 * Is told of code as it appears and goes. Methods are called by the threads that publish and
 * release, several at once, outside all locks of the allocator; so they must be thread-safe, and
 * take as long as those threads can wait. They may not use the allocator that calls.
 *
 * <p>What a method throws does not reach the thread's own work: the first failure of a listener
 * goes to the thread's {@link Thread.UncaughtExceptionHandler}, later ones nowhere.
 */
public interface CodeListener {
  /**
   * Code was written, flushed and published; its address has not been handed out yet by the call
   * that publishes. Code that is written again is published again, without a release between.
   *
   * @param code what it is
   */
  default void published(PublishedCode code) {}

  /**
   * Memory has been released that may hold published code. Nothing else is there yet: the memory is
   * used again only after this has returned. A part of what was published may go alone, when a span
   * is shrunk.
   *
   * @param range where it was
   */
  default void released(CodeRange range) {}

  /**
   * Released memory is put into quarantine, after {@link #released}.
   *
   * @param range the memory
   */
  default void quarantined(CodeRange range) {}

  /**
   * All code in a block of memory has ended, by a reset or the end of the allocator, without a call
   * of {@link #released} for each. Nothing else is there yet.
   *
   * @param block the memory
   */
  default void reset(CodeRange block) {}
}
