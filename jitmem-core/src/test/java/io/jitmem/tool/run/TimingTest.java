package io.jitmem.tool.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimingTest {
  @Test
  void the_summary_is_one_line() {
    assertThat(new Timing(null, 1_000_000, 12_340_000).summary())
        .isEqualTo("1,000,000 calls in 12.34 ms, 81,037,277 calls per second");
    assertThat(new Timing(null, 1, 2_000_000_000).summary())
        .isEqualTo("1 call in 2.000 s, 0.50 calls per second");
  }

  @ParameterizedTest
  @CsvSource({"0,0 ns", "999,999 ns", "1500,1.50 us", "1500000,1.50 ms", "61500000000,61.500 s"})
  void a_duration_has_the_unit_in_which_it_reads_best(long nanos, String duration) {
    assertThat(Timing.duration(nanos)).isEqualTo(duration);
  }
}
