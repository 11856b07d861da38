package io.jitmem.tool.top;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.EventStream;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of another JVM as they are flushed there, once a second, and shows what they
 * tell of each allocator. All but {@link #run} is called by the stream's thread; {@code failure} is
 * volatile.
 */
final class RemoteWatch {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Map<Long, RemoteAllocator> allocators = new TreeMap<>();
  private final Instant start = Instant.now();
  private final View view;
  private final Ending ending;
  private final boolean counts;
  private boolean waited;
  private volatile @Nullable Throwable failure;

  /**
   * A watch that has not begun.
   *
   * @param counts whether there are events of each span
   */
  RemoteWatch(View view, Ending ending, boolean counts) {
    this.view = view;
    this.ending = ending;
    this.counts = counts;
  }

  /**
   * Watches until the end has come.
   *
   * @throws UnsupportedOperationException if the events cannot be read
   */
  void run(Path repository) {
    try (EventStream stream = EventStream.openRepository(repository)) {
      stream.onEvent("io.jitmem.HeapStatistics", event -> allocator(event).read(event));
      stream.onEvent("io.jitmem.Refusal", event -> allocator(event).refused(event));
      count(stream, "io.jitmem.SpanAllocated", Figure.ALLOCATIONS);
      count(stream, "io.jitmem.SpanReleased", Figure.RELEASES);
      count(stream, "io.jitmem.CodePublication", Figure.PUBLICATIONS);
      stream.onFlush(this::show);
      stream.onError(this::fail);
      stream.startAsync();
      ending.await();
    } catch (IOException unreadable) {
      failure = unreadable;
    }
    Throwable why = failure;
    if (why != null) {
      throw new UnsupportedOperationException(
          "the events in " + repository + " cannot be read: " + why, why);
    }
  }

  private void count(EventStream stream, String name, Figure figure) {
    stream.onEvent(name, event -> allocator(event).count(figure));
  }

  private RemoteAllocator allocator(RecordedEvent event) {
    long number = event.hasField("allocator") ? event.getLong("allocator") : 0;
    return allocators.computeIfAbsent(number, unseen -> new RemoteAllocator(counts));
  }

  /**
   * Shows what has come. A flush may fall between the statistics of two allocators, so those that
   * are missing are waited for once; an allocator that is missing then was closed.
   */
  private void show() {
    long fresh = allocators.values().stream().filter(RemoteAllocator::isFresh).count();
    if (fresh == 0) {
      return;
    }
    if (fresh < allocators.size() && !waited) {
      waited = true;
      return;
    }
    waited = false;
    allocators.values().removeIf(allocator -> !allocator.isFresh());
    List<Sample> samples = new ArrayList<>();
    long newest = 0;
    for (RemoteAllocator allocator : allocators.values()) {
      newest = Math.max(newest, allocator.nanos());
      samples.add(allocator.take());
    }
    view.show(seconds(newest), samples);
    if (ending.hasCome()) {
      ending.ask();
    }
  }

  private double seconds(long nanos) {
    Instant moment = Instant.ofEpochSecond(0, nanos);
    return Math.max(0, Duration.between(start, moment).toNanos() / NANOS_PER_SECOND);
  }

  private void fail(Throwable thrown) {
    failure = thrown;
    ending.ask();
  }
}
