package io.jitmem.tool.run;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Calls that were timed.
 *
 * @param result what the last one returned, or null of a void function
 * @param calls how many there were, at least 1
 * @param nanos how long all of them took, in nanoseconds
 */
record Timing(@Nullable Object result, long calls, long nanos) {
  private static final double NANOS_PER_SECOND = 1e9;

  /** All figures in one line. */
  String summary() {
    double rate = calls * NANOS_PER_SECOND / Math.max(nanos, 1);
    return String.format(
        Locale.ROOT,
        rate < 100 ? "%,d %s in %s, %.2f calls per second" : "%,d %s in %s, %,.0f calls per second",
        calls,
        calls == 1 ? "call" : "calls",
        duration(nanos),
        rate);
  }

  /** A duration in the unit in which it reads best. */
  static String duration(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return String.format(Locale.ROOT, "%.2f us", nanos / 1e3);
    }
    return nanos < 1_000_000_000
        ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.3f s", nanos / NANOS_PER_SECOND);
  }
}
