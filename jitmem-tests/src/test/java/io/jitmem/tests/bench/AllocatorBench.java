package io.jitmem.tests.bench;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The allocator's workloads: those of {@code asmjit-peer.cpp}, with the same random numbers, sizes
 * and operations in the same order, and the publication of code.
 *
 * <p><b>Warm-up.</b> First {@value #SMALL_REPETITIONS} repetitions with {@value #SMALL_LIVE} spans:
 * the compiler wants some hundred calls of a method before it compiles it as a whole, and each
 * timed loop is a method ({@link TimedLoops}). Then for two seconds repetitions with up to {@value
 * #MEDIUM_LIVE} spans, so that the code is compiled for allocators with several blocks and the
 * compiler threads come to rest, and one repetition as large as those that count. Nothing of it is
 * reported.
 *
 * <p><b>Collector.</b> It runs before the first repetition that counts, which is followed by one
 * more that does not, since a collection leaves the caches cold. {@code ./bench} gives the JVM a
 * young generation that takes what the repetitions allocate, so that hardly a collection falls into
 * the timed parts, and the least of the repetitions is one without.
 *
 * <p>Prints {@code workload <tab> live <tab> threads <tab> ns per operation}, where each figure is
 * the least of {@value #REPETITIONS} repetitions.
 */
public final class AllocatorBench {
  private static final int REPETITIONS = 5;
  private static final int SMALL_REPETITIONS = 1500;
  private static final int SMALL_LIVE = 200;
  private static final int MEDIUM_LIVE = 2000;
  private static final long MEDIUM_NANOSECONDS = 2_000_000_000L;
  private static final int MAX_THREADS = 256;

  /**
   * What to run.
   *
   * @param live the number of live spans
   * @param threads the number of threads, or 0 for the workloads by one thread
   * @param strategy of the workloads that the peer has too
   * @param trace sizes of spans, or {@link SizeTrace.NONE}
   * @param common whether to leave out what the peer does not have
   */
  private record Request(
      int live, int threads, WriteStrategy strategy, SizeTrace trace, boolean common) {
    static Request parse(String[] words) {
      Arguments arguments = new Arguments(words);
      boolean common = arguments.takeFlag("--common");
      WriteStrategy strategy = strategy(arguments.takeOption("--strategy").orElse("direct"));
      List<String> rest = arguments.positional(3);
      return new Request(
          rest.isEmpty() ? 10_000 : Arguments.live(rest.get(0)),
          rest.size() < 2 ? 0 : (int) Arguments.number("THREADS", rest.get(1), 0, MAX_THREADS),
          strategy,
          rest.size() < 3 ? SizeTrace.NONE : SizeTrace.read(Arguments.file(rest.get(2))),
          common);
    }

    private static WriteStrategy strategy(String name) {
      return switch (name) {
        case "direct" -> WriteStrategy.DIRECT;
        case "dual" -> WriteStrategy.DUAL;
        default ->
            throw new IllegalArgumentException(
                "the strategy is direct or dual, not '" + name + "'");
      };
    }

    List<Workload> workloads() {
      if (threads > 0) {
        return List.of(new SharedWorkload(strategy, trace, threads));
      }
      List<Workload> workloads = new ArrayList<>();
      workloads.add(new SequentialWorkload(strategy, trace));
      if (!common) {
        workloads.add(new PublishWorkload());
      }
      return workloads;
    }
  }

  private final Request request;

  private AllocatorBench(Request request) {
    this.request = request;
  }

  /** Runs what the arguments say. */
  public static void main(String[] arguments) {
    Request request;
    try {
      request = Request.parse(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println("bench: " + wrong.getMessage());
      System.exit(2);
      return;
    }
    try {
      new AllocatorBench(request).run();
    } catch (VirtMemException refused) {
      System.err.println("bench: " + refused.getMessage());
      System.exit(1);
    }
  }

  private void run() {
    System.out.printf(
        Locale.ROOT,
        "# Java %s, %s; strategy %s%n",
        Runtime.version(),
        System.getProperty("jitmem.bench.jvm", "default flags"),
        request.strategy().toString().toLowerCase(Locale.ROOT));
    for (Workload workload : request.workloads()) {
      measure(workload).lines().forEach(System.out::println);
    }
  }

  private Rows measure(Workload workload) {
    String name = workload.getClass().getSimpleName();
    warmUp(workload);
    System.gc();
    workload.repeat(request.live(), new Rows());
    progress(name + ": warm");
    Rows rows = new Rows();
    for (int repetition = 1; repetition <= REPETITIONS; repetition++) {
      workload.repeat(request.live(), rows);
      progress(name + ": repetition " + repetition + " of " + REPETITIONS);
    }
    return rows;
  }

  private void warmUp(Workload workload) {
    Rows uncounted = new Rows();
    // Threads are costly to start, and what they run is compiled just as well without them.
    Workload small =
        workload instanceof SharedWorkload
            ? new SequentialWorkload(request.strategy(), request.trace())
            : workload;
    for (int i = 0; i < SMALL_REPETITIONS; i++) {
      small.repeat(SMALL_LIVE, uncounted);
    }
    long start = System.nanoTime();
    while (System.nanoTime() - start < MEDIUM_NANOSECONDS) {
      workload.repeat(Math.min(request.live(), MEDIUM_LIVE), uncounted);
    }
    workload.repeat(request.live(), uncounted);
  }

  private static void progress(String what) {
    if (Boolean.getBoolean("jitmem.bench.progress")) {
      System.err.println("bench: " + what);
    }
  }
}
