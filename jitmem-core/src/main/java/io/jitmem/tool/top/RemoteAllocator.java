package io.jitmem.tool.top;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;

/** What events have told of one allocator of another JVM. For one thread. */
final class RemoteAllocator {
  private static final Map<Figure, String> COUNTS_AND_BYTES =
      Map.of(
          Figure.BLOCKS, "blocks",
          Figure.SPANS, "spans",
          Figure.USED, "usedBytes",
          Figure.RESERVED, "reservedBytes",
          Figure.COMMITTED, "committedBytes",
          Figure.HELD, "heldBytes",
          Figure.REFUSALS, "refusals");

  private final Map<Figure, Double> counted = new EnumMap<>(Figure.class);
  private String refusal = "";
  private @Nullable Reading latest;
  private @Nullable Reading shown;
  private boolean fresh;

  /**
   * An allocator of which nothing is known.
   *
   * @param counts whether its events are counted
   */
  RemoteAllocator(boolean counts) {
    if (counts) {
      counted.put(Figure.ALLOCATIONS, 0.0);
      counted.put(Figure.RELEASES, 0.0);
      counted.put(Figure.PUBLICATIONS, 0.0);
    }
  }

  void count(Figure figure) {
    counted.computeIfPresent(figure, (same, count) -> count + 1);
  }

  void refused(RecordedEvent event) {
    refusal = text(event, "reason");
  }

  /** Takes what there is: an older version may have less, and a newer one more. */
  void read(RecordedEvent event) {
    Map<Figure, Double> values = new EnumMap<>(counted);
    COUNTS_AND_BYTES.forEach((figure, field) -> {
      if (event.hasField(field)) {
        values.put(figure, (double) event.getLong(field));
      }
    });
    if (event.hasField("pressure")) {
      values.put(Figure.PRESSURE, event.getDouble("pressure"));
    }
    latest =
        new Reading(
            nanos(event.getStartTime()), name(event), text(event, "strategy"), refusal, values);
    fresh = true;
  }

  /** Whether there is something that was not shown. */
  boolean isFresh() {
    return fresh;
  }

  /** When the statistics were taken, in nanoseconds of the epoch. */
  long nanos() {
    return latest == null ? 0 : latest.nanos();
  }

  /** What to show now; there must be something. */
  Sample take() {
    Reading now = Objects.requireNonNull(latest);
    Reading before = shown == null ? now : shown;
    shown = now;
    fresh = false;
    return now.since(before);
  }

  /** Several allocators may have the same name, and none the same number. */
  private static String name(RecordedEvent event) {
    String number = event.hasField("allocator") ? "#" + event.getLong("allocator") : "";
    return text(event, "name") + number;
  }

  private static String text(RecordedEvent event, String field) {
    String text = event.hasField(field) ? event.getString(field) : null;
    return text == null ? "" : text;
  }

  private static long nanos(Instant instant) {
    return 1_000_000_000 * instant.getEpochSecond() + instant.getNano();
  }
}
