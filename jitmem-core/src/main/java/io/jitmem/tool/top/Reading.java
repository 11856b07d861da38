package io.jitmem.tool.top;

import java.util.EnumMap;
import java.util.Map;

/**
 * What was read of an allocator at one moment.
 *
 * @param nanos when, by a clock that all readings of the allocator have in common
 * @param allocator its name
 * @param strategy how its code is written, or an empty text
 * @param refusal why it refused the last request that it refused, or an empty text
 * @param values its figures, none of those that are not known; of a {@link Unit#RATE} how many
 *     there were so far
 */
record Reading(
    long nanos, String allocator, String strategy, String refusal, Map<Figure, Double> values) {
  private static final double NANOS_PER_SECOND = 1e9;

  Reading {
    values = Map.copyOf(values);
  }

  /** What to show: rates are over the time since another reading, and unknown if there was none. */
  Sample since(Reading before) {
    Map<Figure, Double> shown = new EnumMap<>(Figure.class);
    double seconds = (nanos - before.nanos) / NANOS_PER_SECOND;
    values.forEach((figure, value) -> {
      if (figure.unit() != Unit.RATE) {
        shown.put(figure, value);
      } else if (seconds > 0 && before.values.containsKey(figure)) {
        shown.put(figure, (value - before.values.get(figure)) / seconds);
      }
    });
    return new Sample(allocator, strategy, refusal, shown);
  }
}
