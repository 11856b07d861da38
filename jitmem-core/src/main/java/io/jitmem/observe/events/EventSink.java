package io.jitmem.observe.events;

import org.jspecify.annotations.Nullable;

/**
 * Who is told of what allocators do; thread-safe. Its methods are called without locks, by the
 * threads that allocate, by way of {@link Events} only, which keeps what they throw away from those
 * threads.
 *
 * <p>What takes time is told in two steps: the first notes the time and returns null if nobody
 * wants to know; the second is called if it has succeeded.
 */
public interface EventSink {
  /** A span is being allocated or released. */
  interface SpanTiming {
    /** It is done. */
    void end(EventSource source, long address, long byteSize, int granularity);
  }

  /** A block is being mapped or unmapped. */
  interface BlockTiming {
    /** It is done. */
    void end(EventSource source, BlockFigures block);
  }

  /** Code is being published. */
  interface PublicationTiming {
    /** It may be executed. */
    void end(EventSource source, Publication publication);
  }

  /** The allocation of a span begins. */
  @Nullable SpanTiming allocating();

  /** The release of a span begins. */
  @Nullable SpanTiming releasing();

  /** The mapping of a block begins. */
  @Nullable BlockTiming reserving();

  /** The unmapping of a block begins. */
  @Nullable BlockTiming unmapping();

  /** A publication begins. */
  @Nullable PublicationTiming publishing();

  /** A request was refused. */
  void refused(EventSource source, Refused refused);

  /** Something has happened that shows how full an allocator with a limit is. */
  void pressed(EventSource source, String cause);
}
