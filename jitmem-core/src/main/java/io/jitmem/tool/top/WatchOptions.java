package io.jitmem.tool.top;

import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.OutputFormat;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.TextLook;
import io.jitmem.tool.command.UsageException;
import io.jitmem.tool.heap.WorkloadOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How an allocator is watched.
 *
 * @param pid the process whose allocators are watched, or 0 for one of this process
 * @param workload the name of what this one does
 * @param intervalNanos how long between two looks
 * @param seconds how long in all
 * @param steps how many of the workload are done
 * @param rate how many of them a second, or 0 for as many as there can be
 * @param plain whether lines are written where a screen could be drawn
 * @param countsEvents whether another process makes an event of each span that comes and goes
 */
record WatchOptions(
    long pid,
    String workload,
    long intervalNanos,
    long seconds,
    long steps,
    long rate,
    boolean plain,
    boolean countsEvents,
    OutputFormat format) {
  static final List<String> NAMES =
      List.of("--pid", "--interval", "--seconds", "--steps", "--rate", OutputFormat.OPTION);
  static final List<String> FLAGS = List.of("--plain", "--no-rates");

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long LEAST_MILLIS = 20;

  /** Events are flushed once a second. */
  private static final long LEAST_REMOTE_MILLIS = 1_000;

  private static final long MOST_MILLIS = 3_600_000;

  /** Three years. */
  private static final long MOST_SECONDS = 100_000_000;

  private static final long MOST_STEPS = 1_000_000_000_000L;
  private static final long MOST_RATE = 1_000_000_000;

  /**
   * Reads how to watch.
   *
   * @throws UsageException if a value is wrong
   */
  static WatchOptions of(Options options) {
    long pid = options.number("--pid", 1, Integer.MAX_VALUE, 0);
    requireOne(options, pid);
    String workload = options.value("--workload");
    long leastMillis = pid == 0 ? LEAST_MILLIS : LEAST_REMOTE_MILLIS;
    return new WatchOptions(
        pid,
        workload == null ? "churn" : workload,
        1_000_000 * options.number("--interval", leastMillis, MOST_MILLIS, 1_000),
        options.number("--seconds", 1, MOST_SECONDS, MOST_SECONDS),
        options.number("--steps", 1, MOST_STEPS, Long.MAX_VALUE),
        options.number("--rate", 1, MOST_RATE, 0),
        options.value("--plain") != null,
        options.value("--no-rates") == null,
        OutputFormat.of(options));
  }

  /** Options that go with others only. */
  private static void requireOne(Options options, long pid) {
    if (options.value("--plain") != null && OutputFormat.of(options) == OutputFormat.JSON) {
      throw new UsageException("--plain is text, and --format json is not; one of them is enough");
    }
    if (pid == 0 && options.value("--no-rates") != null) {
      throw new UsageException("--no-rates is for the events of another process; it needs --pid");
    }
    List<String> ofWorkload = new ArrayList<>(WorkloadOptions.given(options));
    Stream.of("--steps", "--rate")
        .filter(name -> options.value(name) != null)
        .forEach(ofWorkload::add);
    if (pid > 0 && !ofWorkload.isEmpty()) {
      throw new UsageException(
          "--pid shows allocators that another process has, and "
              + String.join(", ", ofWorkload)
              + (ofWorkload.size() == 1 ? " is" : " are")
              + " for one of this process");
    }
  }

  /** How many steps may be done after so many nanoseconds. */
  long stepsAfter(long nanos) {
    return rate == 0 ? Long.MAX_VALUE : (long) (nanos / (double) NANOS_PER_SECOND * rate) + 1;
  }

  /** When watching ends if it begins now, by {@link System#nanoTime}. */
  long end() {
    return System.nanoTime() + seconds * NANOS_PER_SECOND;
  }

  /** Whether a screen is drawn, and not lines written. */
  boolean isDrawn(Terminal terminal) {
    return !plain && format == OutputFormat.TEXT && TextLook.isScreen(terminal);
  }

  /** Where to show it. */
  View view(Terminal terminal, String title) {
    if (isDrawn(terminal)) {
      return new ScreenView(terminal, title);
    }
    return format == OutputFormat.JSON ? new JsonView(terminal) : new PlainView(terminal);
  }
}
