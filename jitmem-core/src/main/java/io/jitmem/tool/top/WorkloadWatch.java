package io.jitmem.tool.top;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.tool.heap.Workload;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a workload on an allocator and looks at it from time to time, on one thread: what is shown
 * is of one moment, and the rates are those of the thread.
 */
final class WorkloadWatch {
  private static final double NANOS_PER_SECOND = 1e9;

  /** How often the clock is read, which takes about as long as an allocation. */
  private static final int STEPS_PER_LOOK = 32;

  private final JitAllocator allocator;
  private final Workload workload;
  private final WatchOptions options;
  private final Reading first;
  private final long start;
  private long steps;

  /** A watch that begins with a first look. */
  WorkloadWatch(JitAllocator allocator, Workload workload, WatchOptions options) {
    this.allocator = allocator;
    this.workload = workload;
    this.options = options;
    first = read();
    start = first.nanos();
  }

  /** Runs until the end has come or all steps are done. */
  void run(View view, Ending ending) {
    Reading before = first;
    long next = start;
    while (steps < options.steps() && !ending.hasCome()) {
      next = next(next);
      work(ending.atMost(next), ending);
      Reading now = read();
      view.show((now.nanos() - start) / NANOS_PER_SECOND, List.of(now.since(before)));
      before = now;
    }
  }

  /** When to look next: after late looks as long as after others. */
  private long next(long last) {
    long now = System.nanoTime();
    long next = last + options.intervalNanos();
    return next - now > 0 ? next : now + options.intervalNanos();
  }

  /** Steps until a moment, not faster than wanted. */
  private void work(long until, Ending ending) {
    for (long now = System.nanoTime();
        now - until < 0 && steps < options.steps() && !ending.wasAsked();
        now = System.nanoTime()) {
      long due = Math.min(options.steps(), options.stepsAfter(now - start));
      if (steps >= due) {
        ending.await(Math.min(until, now + 1_000_000));
      }
      for (long most = Math.min(due, steps + STEPS_PER_LOOK); steps < most; steps++) {
        workload.step();
      }
    }
  }

  private Reading read() {
    Map<Figure, Double> values = new EnumMap<>(Figure.class);
    AllocatorStatistics figures = allocator.statistics();
    values.put(Figure.BLOCKS, (double) figures.blockCount());
    values.put(Figure.SPANS, (double) figures.spanCount());
    values.put(Figure.USED, (double) figures.usedBytes());
    values.put(Figure.RESERVED, (double) figures.reservedBytes());
    values.put(Figure.COMMITTED, (double) figures.committedBytes());
    values.put(Figure.HELD, (double) figures.heldBytes());
    values.put(Figure.FRAGMENTATION, allocator.snapshot().fragmentation().external());
    values.put(Figure.ALLOCATIONS, (double) workload.allocations());
    values.put(Figure.RELEASES, (double) workload.releases());
    values.put(Figure.PUBLICATIONS, (double) workload.publications());
    values.put(Figure.REFUSALS, (double) workload.refusals());
    values.put(Figure.PRESSURE, allocator.pressure());
    CapacityException refusal = workload.lastRefusal();
    return new Reading(
        System.nanoTime(),
        options.workload(),
        figures.strategy().name(),
        refusal == null ? "" : String.valueOf(refusal.getMessage()),
        values);
  }
}
