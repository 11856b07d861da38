package io.jitmem.tests.bench;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What the allocator's memory is used for after long churning, and what a million spans in a range
 * take from the system. Prints {@code what <tab> figure}.
 */
public final class SpaceBench {
  private static final int LIVE = 100_000;
  private static final int PAIRS = 10_000_000;
  private static final int MANY = 1_000_000;
  private static final long RANGE = 1L << 30;

  private SpaceBench() {}

  /** Takes sizes files; random sizes come first in any case. */
  public static void main(String[] files) throws IOException {
    churn("random sizes", SizeTrace.NONE);
    for (String file : files) {
      Path path = Arguments.file(file);
      churn(String.valueOf(path.getFileName()), SizeTrace.read(path));
    }
    manyInRange(WriteStrategy.DIRECT);
    manyInRange(WriteStrategy.DUAL);
  }

  private static void churn(String sizesName, SizeTrace trace) {
    XorShift random = new XorShift(0);
    SpanSizes sizes = new SpanSizes(random, trace);
    Span[] spans = new Span[LIVE];
    try (JitAllocator allocator = JitAllocator.builder().strategy(WriteStrategy.DIRECT).build()) {
      TimedLoops.allocate(allocator, spans, LIVE, sizes);
      for (int done = 0; done < PAIRS; done += LIVE) {
        TimedLoops.churn(allocator, spans, LIVE, random, sizes);
      }
      AllocatorStatistics statistics = allocator.statistics();
      String after = sizesName + ", 10,000,000 pairs at 100,000 live: ";
      print(after + "used/committed", ratio(statistics.usedBytes(), statistics.committedBytes()));
      print(after + "used/reserved", statistics.usedRatio());
      print(after + "bookkeeping/reserved", statistics.overheadRatio());
      allocator.trim();
      AllocatorStatistics trimmed = allocator.statistics();
      print(
          after + "used/committed after trim()",
          ratio(trimmed.usedBytes(), trimmed.committedBytes()));
    }
  }

  private static void manyInRange(WriteStrategy strategy) throws IOException {
    long mappings = mappings();
    long descriptors = descriptors();
    Span[] spans = new Span[MANY];
    SpanSizes sizes = new SpanSizes(new XorShift(0), SizeTrace.NONE);
    try (JitAllocator allocator = JitAllocator.builder().strategy(strategy).range(RANGE).build()) {
      TimedLoops.allocate(allocator, spans, MANY, sizes);
      String what = "1,000,000 spans in a range of 1 GiB, " + strategy + ": ";
      print(what + "mappings more than before", (double) (mappings() - mappings));
      print(what + "descriptors more than before", (double) (descriptors() - descriptors));
    }
  }

  private static double ratio(long part, long whole) {
    return (double) part / whole;
  }

  private static void print(String what, double figure) {
    System.out.printf(Locale.ROOT, "%s\t%.4f%n", what, figure);
  }

  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.count();
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
