package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What placing spans costs, counted in steps of the index: it must not grow with what lives. */
class PoolCostTest {
  private static final int GRANULE = 64;

  private record Placed(Block block, int first, int count) {}

  private static final SpanFactory<Placed> PLACED =
      (block, first, count, birth, untouched) -> new Placed(block, first, count);

  private final Pool pool =
      new Pool(new PoolShape(GRANULE, 1, 1 << 16, 1 << 26, false), new Object(), Optional.empty());

  @ParameterizedTest
  @CsvSource({"1000, 17", "100000, 17", "1000, 120", "30000, 120"})
  void a_release_and_an_allocation_take_few_steps_however_many_spans_live(int live, int largest) {
    Random random = new Random(live);
    Placed[] spans = new Placed[live];
    for (int i = 0; i < live; i++) {
      spans[i] = place(1 + random.nextInt(largest));
    }
    churn(spans, 2 * live, random, largest);
    long before = steps();
    int pairs = 50_000;
    churn(spans, pairs, random, largest);
    assertThat((double) (steps() - before) / pairs).isLessThan(40);
    pool.verify();
  }

  /** For large spans several runs are looked at, but not more because more of them live. */
  @ParameterizedTest
  @CsvSource({"300", "10000"})
  void a_large_span_takes_a_bounded_number_of_steps_however_many_live(int live) {
    Random random = new Random(live);
    Placed[] spans = new Placed[live];
    for (int i = 0; i < live; i++) {
      spans[i] = place(1 + random.nextInt(600));
    }
    churn(spans, 5 * live, random, 600);
    long before = steps();
    int pairs = 10_000;
    churn(spans, pairs, random, 600);
    assertThat((double) (steps() - before) / pairs).isLessThan(32 * 14);
    pool.verify();
  }

  /** Every hole was left by a release that nobody remembers: each has to be found. */
  @ParameterizedTest
  @CsvSource({"2000", "100000"})
  void filling_the_holes_takes_few_steps_each(int live) {
    Random random = new Random(live);
    Placed[] spans = new Placed[live];
    for (int i = 0; i < live; i++) {
      spans[i] = place(1 + random.nextInt(17));
    }
    for (int i = 0; i < live; i += 2) {
      spans[i].block().free(spans[i].first(), spans[i].count());
    }
    long before = steps();
    for (int i = 0; i < live; i += 2) {
      spans[i] = place(1 + random.nextInt(17));
    }
    assertThat((double) (steps() - before) / live).isLessThan(20);
    pool.verify();
  }

  private void churn(Placed[] spans, int pairs, Random random, int largest) {
    for (int i = 0; i < pairs; i++) {
      int victim = random.nextInt(spans.length);
      spans[victim].block().free(spans[victim].first(), spans[victim].count());
      spans[victim] = place(1 + random.nextInt(largest));
    }
  }

  private Placed place(int count) {
    Placed placed = pool.allocate(count, PLACED);
    if (placed != null) {
      return placed;
    }
    MemorySegment memory = MemorySegment.ofArray(new byte[(int) pool.byteSizeOfNewBlock(count)]);
    return pool.allocateIn(new BlockMemory(memory, memory, "", 0, false), count, PLACED);
  }

  private long steps() {
    return pool.blocks().stream().mapToLong(Block::stepCount).sum();
  }
}
