package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Placement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of near placement: whole granules, and addresses without a sign. */
class ReachTest {
  private static final ProcessCalls.SystemInfo SYSTEM =
      new ProcessCalls.SystemInfo(0x1000, 0x10000, 0x10000, 0x7ffffffeffffL);

  @ParameterizedTest
  @CsvSource({
    "0x500000, 0x100000, 0x400000, 0x600000",
    "0x508000, 0x100000, 0x410000, 0x600000",
    "0x10000, 0x8000, 0x10000, 0x10000",
    "0, 0x20000, 0x10000, 0x20000",
    "0x500000, 0x7fffffffffffffff, 0x10000, 0x7fffffff0000",
    "0x7ffffffe0000, 0x80000000, 0x7fff7ffe0000, 0x7fffffff0000",
    "0x7fffffffffffffff, 0x7fffffffffffffff, 0x10000, 0x7fffffff0000",
    "-1, 0x1000, 0x7fffffff0000, 0x7fffffff0000",
    "0x8000000000000000, 0x7fffffffffffffff, 0x10000, 0x7fffffff0000",
    "-1, 0x7fffffffffffffff, 0x7fffffff0000, 0x7fffffff0000",
  })
  void what_lies_within_a_distance_is_cut_to_granules_that_a_process_has(
      String address, String distance, String from, String to) {
    Placement.Near near = new Placement.Near(number(address), number(distance));
    assertThat(Reach.of(near, SYSTEM)).isEqualTo(new Reach(number(from), number(to)));
  }

  @Test
  void what_lies_in_both_has_whole_granules() {
    Reach reach = new Reach(0x100000, 0x200000);
    assertThat(reach.common(0x108000, 0x1f8000, 0x10000)).isEqualTo(new Reach(0x110000, 0x1f0000));
    assertThat(reach.common(0x300000, 0x400000, 0x10000).byteSize()).isZero();
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }
}
