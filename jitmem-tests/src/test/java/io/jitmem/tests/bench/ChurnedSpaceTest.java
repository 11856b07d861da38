package io.jitmem.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What long use with the sizes of real engines leaves unused of the memory that was ever touched. A
 * tenth of what {@code ./bench space} does, and as repeatable: the figures do not depend on time.
 */
class ChurnedSpaceTest {
  private static final int LIVE = 100_000;
  private static final int ROUNDS = 10;

  @ParameterizedTest
  @ValueSource(strings = {"v8-tsc", "hotspot-javac"})
  void nine_tenths_of_committed_memory_are_used_after_a_million_replacements(String engine)
      throws IOException {
    Path file = Path.of("src/test/resources/traces", engine + ".sizes");
    XorShift random = new XorShift(0);
    SpanSizes sizes = new SpanSizes(random, SizeTrace.read(file));
    Span[] spans = new Span[LIVE];
    try (JitAllocator allocator = JitAllocator.create()) {
      TimedLoops.allocate(allocator, spans, LIVE, sizes);
      for (int round = 0; round < ROUNDS; round++) {
        TimedLoops.churn(allocator, spans, LIVE, random, sizes);
      }
      AllocatorStatistics statistics = allocator.statistics();
      double used = (double) statistics.usedBytes() / statistics.committedBytes();
      System.out.printf("%s: used/committed %.3f%n", engine, used);
      assertThat(used).isGreaterThan(0.9);
    }
  }
}
