package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSink;
import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Events;
import io.jitmem.observe.events.HeapFigures;
import io.jitmem.observe.events.Refused;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/** Makes events of what allocators tell. Events that no recording wants are not made. */
final class RecorderEvents implements EventSink {
  private static final List<Class<? extends Event>> TYPES =
      List.of(
          BlockReserved.class,
          BlockReleased.class,
          SpanAllocated.class,
          SpanReleased.class,
          CodePublication.class,
          Refusal.class,
          Pressure.class,
          HeapStatistics.class,
          AllocatorInformation.class);

  /** Asked whether their like are wanted, so that nothing is made where they are not. */
  private static final SpanAllocated ALLOCATED = new SpanAllocated();

  private static final SpanReleased RELEASED = new SpanReleased();
  private static final BlockReserved RESERVED = new BlockReserved();
  private static final BlockReleased UNMAPPED = new BlockReleased();
  private static final CodePublication PUBLISHED = new CodePublication();

  private static final AtomicBoolean REGISTERED = new AtomicBoolean();

  private RecorderEvents() {}

  /** Registers the events, so that recordings can be set up for them, and is told from now on. */
  static void register() {
    if (REGISTERED.compareAndSet(false, true)) {
      TYPES.forEach(FlightRecorder::register);
      FlightRecorder.addPeriodicEvent(HeapStatistics.class, RecorderEvents::takeStatistics);
      FlightRecorder.addPeriodicEvent(AllocatorInformation.class, RecorderEvents::takeAll);
      Events.install(new RecorderEvents());
    }
  }

  private static void takeStatistics() {
    each(HeapStatistics::commit);
  }

  /** At the beginning and the end of each chunk; the period of the statistics is a time only. */
  private static void takeAll() {
    each(AllocatorInformation::commit);
    takeStatistics();
  }

  private static void each(BiConsumer<EventSource, HeapFigures> event) {
    for (EventSource source : Events.live()) {
      try {
        HeapFigures figures = source.sample();
        if (figures != null) {
          event.accept(source, figures);
        }
      } catch (Throwable failure) {
        Events.report(failure);
      }
    }
  }

  @Override
  public @Nullable SpanTiming allocating() {
    if (!ALLOCATED.isEnabled()) {
      return null;
    }
    SpanAllocated event = new SpanAllocated();
    event.begin();
    return event;
  }

  @Override
  public @Nullable SpanTiming releasing() {
    if (!RELEASED.isEnabled()) {
      return null;
    }
    SpanReleased event = new SpanReleased();
    event.begin();
    return event;
  }

  @Override
  public @Nullable BlockTiming reserving() {
    if (!RESERVED.isEnabled()) {
      return null;
    }
    BlockReserved event = new BlockReserved();
    event.begin();
    return event;
  }

  @Override
  public @Nullable BlockTiming unmapping() {
    if (!UNMAPPED.isEnabled()) {
      return null;
    }
    BlockReleased event = new BlockReleased();
    event.begin();
    return event;
  }

  @Override
  public @Nullable PublicationTiming publishing() {
    if (!PUBLISHED.isEnabled()) {
      return null;
    }
    CodePublication event = new CodePublication();
    event.begin();
    return event;
  }

  @Override
  public void refused(EventSource source, Refused refused) {
    Refusal.commit(source, refused);
  }

  @Override
  public void pressed(EventSource source, String cause) {
    Pressure.commit(source, cause);
  }
}
