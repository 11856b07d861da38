package io.jitmem.tests.bench;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.util.Locale;

/** The peer's workloads by one thread. */
final class SequentialWorkload implements Workload {
  private final WriteStrategy strategy;
  private final SizeTrace trace;

  SequentialWorkload(WriteStrategy strategy, SizeTrace trace) {
    this.strategy = strategy;
    this.trace = trace;
  }

  @Override
  public void repeat(int live, Rows rows) {
    XorShift random = new XorShift(0);
    SpanSizes sizes = new SpanSizes(random, trace);
    Span[] spans = new Span[live];
    int half = live / 2;
    try (JitAllocator allocator = JitAllocator.builder().strategy(strategy).build()) {
      long t0 = System.nanoTime();
      TimedLoops.allocate(allocator, spans, live, sizes);
      long t1 = System.nanoTime();
      rows.remark(live, remark(allocator.statistics()));
      long t2 = System.nanoTime();
      TimedLoops.release(allocator, spans, live);
      long t3 = System.nanoTime();
      TimedLoops.allocate(allocator, spans, live, sizes);
      shuffle(spans, random);
      long t4 = System.nanoTime();
      TimedLoops.release(allocator, spans, half);
      long t5 = System.nanoTime();
      TimedLoops.allocate(allocator, spans, half, sizes);
      long t6 = System.nanoTime();
      TimedLoops.churn(allocator, spans, half, random, sizes);
      long t7 = System.nanoTime();
      rows.note(new RowKey("fresh", live, 1), (double) (t1 - t0) / live);
      rows.note(new RowKey("release-in-order", live, 1), (double) (t3 - t2) / live);
      rows.note(new RowKey("release-random-half", live, 1), (double) (t5 - t4) / half);
      rows.note(new RowKey("refill-half", live, 1), (double) (t6 - t5) / half);
      rows.note(new RowKey("churn-pair", live, 1), (double) (t7 - t6) / half);
    }
  }

  private static void shuffle(Span[] spans, XorShift random) {
    for (int i = 0; i < spans.length; i++) {
      int k = random.below(spans.length);
      Span other = spans[k];
      spans[k] = spans[i];
      spans[i] = other;
    }
  }

  private static String remark(AllocatorStatistics statistics) {
    return String.format(
        Locale.ROOT,
        "used/reserved after fresh %.3f, bookkeeping bytes %d",
        statistics.usedRatio(),
        statistics.overheadBytes());
  }
}
