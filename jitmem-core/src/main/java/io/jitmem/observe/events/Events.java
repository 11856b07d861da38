package io.jitmem.observe.events;

import io.jitmem.observe.events.EventSink.BlockTiming;
import io.jitmem.observe.events.EventSink.PublicationTiming;
import io.jitmem.observe.events.EventSink.SpanTiming;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where allocators tell what they do. As long as nobody has installed himself, that costs one read
 * of a field. What a sink throws goes no further: the first failure goes to the thread's {@link
 * Thread.UncaughtExceptionHandler}, later ones nowhere.
 *
 * <p>Thread-safe. No lambda is linked before there is a sink, since the first ones cost a fresh JVM
 * milliseconds.
 */
public final class Events {
  private static final AtomicLong LAST_NUMBER = new AtomicLong();
  private static final AtomicBoolean FAILED = new AtomicBoolean();

  /** The allocators that are not closed; weak, so that none is kept alive. Guarded by itself. */
  private static final WeakHashMap<EventSource, Boolean> LIVE = new WeakHashMap<>();

  private static volatile @Nullable EventSink sink;

  private Events() {}

  /** A number that no other allocator has. */
  public static long nextNumber() {
    return LAST_NUMBER.incrementAndGet();
  }

  /** An allocator is there; with the first one a recorder is looked out for. */
  public static void opened(EventSource source) {
    synchronized (LIVE) {
      LIVE.put(source, true);
    }
    RecorderWatch.begin();
  }

  /** An allocator is closed. */
  public static void closed(EventSource source) {
    synchronized (LIVE) {
      LIVE.remove(source);
    }
  }

  /** The allocators that are not closed, by their numbers. */
  public static List<EventSource> live() {
    List<EventSource> all;
    synchronized (LIVE) {
      all = new ArrayList<>(LIVE.keySet());
    }
    all.sort(Comparator.comparingLong(EventSource::number));
    return all;
  }

  /** Tells a sink from now on, and none if it is null. */
  public static void install(@Nullable EventSink told) {
    sink = told;
  }

  /** Whether there is a sink: to be asked before anything else where time matters. */
  public static boolean areTold() {
    return sink != null;
  }

  /** The same, where there is time to look whether a recorder has come up. */
  private static boolean areToldNow() {
    if (sink == null) {
      RecorderWatch.look();
    }
    return sink != null;
  }

  /** As {@link EventSink#allocating()}. */
  public static @Nullable SpanTiming allocating() {
    return areTold() ? begin(EventSink::allocating) : null;
  }

  /** As {@link EventSink#releasing()}. */
  public static @Nullable SpanTiming releasing() {
    return areTold() ? begin(EventSink::releasing) : null;
  }

  /** As {@link EventSink#reserving()}. */
  public static @Nullable BlockTiming reserving() {
    return areToldNow() ? begin(EventSink::reserving) : null;
  }

  /** As {@link EventSink#unmapping()}. */
  public static @Nullable BlockTiming unmapping() {
    return areToldNow() ? begin(EventSink::unmapping) : null;
  }

  /** As {@link EventSink#publishing()}. */
  public static @Nullable PublicationTiming publishing() {
    return areTold() ? begin(EventSink::publishing) : null;
  }

  /** As {@link EventSink#refused}. */
  public static void refused(EventSource source, Refused refused) {
    EventSink told = areToldNow() ? sink : null;
    if (told != null) {
      try {
        told.refused(source, refused);
      } catch (Throwable failure) {
        report(failure);
      }
    }
  }

  /** As {@link EventSink#pressed}. */
  public static void pressed(EventSource source, String cause) {
    EventSink told = sink;
    if (told != null) {
      try {
        told.pressed(source, cause);
      } catch (Throwable failure) {
        report(failure);
      }
    }
  }

  /** As {@link SpanTiming#end}. */
  public static void end(
      SpanTiming timing, EventSource source, long address, long byteSize, int granularity) {
    try {
      timing.end(source, address, byteSize, granularity);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  /** As {@link BlockTiming#end}. */
  public static void end(BlockTiming timing, EventSource source, BlockFigures block) {
    try {
      timing.end(source, block);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  /** As {@link PublicationTiming#end}. */
  public static void end(PublicationTiming timing, EventSource source, Publication publication) {
    try {
      timing.end(source, publication);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  private static <T> @Nullable T begin(Function<EventSink, @Nullable T> what) {
    EventSink told = sink;
    try {
      return told == null ? null : what.apply(told);
    } catch (Throwable failure) {
      report(failure);
      return null;
    }
  }

  /** Reports the first failure alone: one that fails always would drown everything else. */
  public static void report(Throwable failure) {
    if (FAILED.compareAndSet(false, true)) {
      Thread thread = Thread.currentThread();
      try {
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      } catch (Throwable ignored) {
        // As the JVM does with a handler that fails: nobody is left to be told.
      }
    }
  }
}
