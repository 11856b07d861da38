package io.jitmem.tests.bench;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The peer's workload by threads that share an allocator: each has live spans of its own, and
 * releases and allocates as in {@code churn-pair}. They start together, by spinning.
 */
final class SharedWorkload implements Workload {
  private static final int PAIRS = 20_000;

  private final WriteStrategy strategy;
  private final SizeTrace trace;
  private final int threadCount;

  SharedWorkload(WriteStrategy strategy, SizeTrace trace, int threadCount) {
    this.strategy = strategy;
    this.trace = trace;
    this.threadCount = threadCount;
  }

  @Override
  public void repeat(int live, Rows rows) {
    try (JitAllocator allocator = JitAllocator.builder().strategy(strategy).build()) {
      Round round = new Round(allocator, live);
      double nanoseconds = round.run();
      rows.note(
          new RowKey("churn-pair-shared", live, threadCount),
          nanoseconds / ((double) PAIRS * threadCount));
    }
  }

  /** {@code go} is written by the starting thread, {@code failure} by any that fails. */
  private final class Round {
    private final JitAllocator allocator;
    private final int live;
    private final AtomicInteger ready = new AtomicInteger();
    private volatile boolean go;
    private volatile Throwable failure;

    Round(JitAllocator allocator, int live) {
      this.allocator = allocator;
      this.live = live;
    }

    long run() {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < threadCount; t++) {
        int thread = t;
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((dead, cause) -> failure = cause)
                .start(() -> churn(thread)));
      }
      while (ready.get() < threadCount && failure == null) {
        Thread.onSpinWait();
      }
      long start = System.nanoTime();
      go = true;
      threads.forEach(Round::join);
      long nanoseconds = System.nanoTime() - start;
      if (failure != null) {
        throw new IllegalStateException("a thread of the workload failed", failure);
      }
      return nanoseconds;
    }

    private void churn(int thread) {
      XorShift random = new XorShift(thread);
      SpanSizes sizes = new SpanSizes(random, trace);
      Span[] spans = new Span[live];
      TimedLoops.allocate(allocator, spans, live, sizes);
      ready.incrementAndGet();
      while (!go) {
        Thread.onSpinWait();
      }
      TimedLoops.churn(allocator, spans, PAIRS, random, sizes);
    }

    private static void join(Thread thread) {
      try {
        thread.join();
      } catch (InterruptedException nobodyInterrupts) {
        throw new IllegalStateException(nobodyInterrupts);
      }
    }
  }
}
