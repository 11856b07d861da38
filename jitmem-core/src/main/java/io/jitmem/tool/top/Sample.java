package io.jitmem.tool.top;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is shown of an allocator at one moment.
 *
 * @param allocator its name
 * @param strategy how its code is written, or an empty text if that is not known
 * @param refusal why it refused the last request that it refused, or an empty text
 * @param values its figures, none of those that are not known; {@link Unit#RATE} per second
 */
record Sample(String allocator, String strategy, String refusal, Map<Figure, Double> values) {
  /** What stands for a figure that is not known. */
  static final String UNKNOWN = "-";

  Sample {
    values = Map.copyOf(values);
  }

  /** A figure, or null if it is not known. */
  @Nullable Double value(Figure figure) {
    return values.get(figure);
  }

  String shown(Figure figure) {
    Double value = value(figure);
    return value == null ? UNKNOWN : figure.unit().shown(value);
  }

  String plain(Figure figure) {
    Double value = value(figure);
    return value == null ? UNKNOWN : figure.unit().plain(value);
  }
}
