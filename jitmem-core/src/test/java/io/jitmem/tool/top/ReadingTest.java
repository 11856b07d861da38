package io.jitmem.tool.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadingTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void a_rate_is_the_difference_over_the_time_that_passed() {
    Reading before = at(SECOND, Map.of(Figure.ALLOCATIONS, 100.0));
    Reading now = at(SECOND + SECOND / 2, Map.of(Figure.ALLOCATIONS, 350.0));
    assertThat(now.since(before).value(Figure.ALLOCATIONS)).isEqualTo(500.0);
  }

  @Test
  void other_figures_are_as_they_were_read() {
    Reading before = at(SECOND, Map.of(Figure.SPANS, 9.0, Figure.REFUSALS, 1.0));
    Reading now = at(3 * SECOND, Map.of(Figure.SPANS, 7.0, Figure.REFUSALS, 5.0));
    Sample sample = now.since(before);
    assertThat(sample.values()).containsOnlyKeys(Figure.SPANS, Figure.REFUSALS);
    assertThat(sample.plain(Figure.SPANS)).isEqualTo("7");
    assertThat(sample.plain(Figure.REFUSALS)).isEqualTo("5");
    assertThat(sample.plain(Figure.RELEASES)).isEqualTo("-");
  }

  @Test
  void there_is_no_rate_without_time_or_a_count_before() {
    Reading now = at(SECOND, Map.of(Figure.RELEASES, 5.0));
    assertThat(now.since(now).value(Figure.RELEASES)).isNull();
    assertThat(now.since(at(0, Map.of())).value(Figure.RELEASES)).isNull();
  }

  private static Reading at(long nanos, Map<Figure, Double> values) {
    return new Reading(nanos, "a", "DUAL", "", values);
  }
}
