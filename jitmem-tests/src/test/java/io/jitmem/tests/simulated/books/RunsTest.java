package io.jitmem.tests.simulated.books;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jitmem.tests.simulated.books.Runs.Run;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Runs of values against an array with an element an address. */
class RunsTest {
  private static final int ADDRESSES = 64;
  private static final int STEPS = 300;

  private final Runs<Integer> runs = new Runs<>();
  private final @Nullable Integer[] model = new Integer[ADDRESSES];

  @RepeatedTest(20)
  void agree_with_an_array_after_each_change(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    for (int step = 0; step < STEPS; step++) {
      int start = 1 + random.nextInt(ADDRESSES - 2);
      int end = start + 1 + random.nextInt(ADDRESSES - 1 - start);
      change(start, end, random.nextInt(4));
      requireAgreement();
      requireCut(start, end);
    }
  }

  private void change(int start, int end, int value) {
    if (value == 0) {
      runs.remove(start, end);
    } else {
      runs.put(start, end, value);
    }
    for (int at = start; at < end; at++) {
      model[at] = value == 0 ? null : value;
    }
  }

  private void requireAgreement() {
    for (int at = 0; at < ADDRESSES; at++) {
      Run<Integer> run = runs.at(at);
      assertThat(run == null ? null : run.value()).isEqualTo(model[at]);
    }
    Run<Integer> last = null;
    for (Run<Integer> run : runs.all()) {
      boolean apart = last == null || last.end() < run.start() || !last.value().equals(run.value());
      assertThat(apart).as("%s and %s are one run", last, run).isTrue();
      last = run;
    }
  }

  private void requireCut(int start, int end) {
    int at = start;
    for (Run<Integer> run : runs.in(start, end)) {
      for (; at < run.start(); at++) {
        assertThat(model[at]).isNull();
      }
      for (; at < run.end(); at++) {
        assertThat(run.value()).isEqualTo(model[at]);
      }
    }
    for (; at < end; at++) {
      assertThat(model[at]).isNull();
    }
  }

  @Test
  void a_set_counts_its_members_and_finds_the_gaps() {
    AddressSet set = new AddressSet();
    set.add(10, 20);
    set.add(15, 30);
    set.remove(12, 14);
    assertThat(set.byteSize()).isEqualTo(18);
    assertThat(set.firstNotIn(10, 30)).hasValue(12);
    assertThat(set.firstNotIn(14, 30)).isEmpty();
    assertThat(set.firstIn(12, 30)).hasValue(14);
    assertThat(set.firstIn(30, 40)).isEmpty();
    assertThat(set.notIn(5, 35))
        .extracting(Run::start, Run::end)
        .containsExactly(tuple(5L, 10L), tuple(12L, 14L), tuple(30L, 35L));
    set.clear();
    assertThat(set.byteSize()).isZero();
  }
}
