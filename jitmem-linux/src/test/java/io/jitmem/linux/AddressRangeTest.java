package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.posix.AddressRange;
import io.jitmem.virtmem.Placement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of near placement, on address spaces that are only text. */
class AddressRangeTest {
  private static final long PAGE = 0x1000;
  private static final AddressRange USER_SPACE = new AddressRange(0x10000, 0x7ffffffff000L);

  private static final List<String> MAPS =
      List.of(
          "00400000-00500000 r-xp 00000000 00:00 0    /usr/bin/program",
          "00500000-00600000 rw-p 00000000 00:00 0    [heap]",
          "7f0000000000-7f0000100000 ---p 00000000 00:00 0",
          "7ff000000000-7ff000021000 rw-p 00000000 00:00 0    [stack]",
          "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0    [vsyscall]");

  @Test
  void gaps_lie_between_mappings_and_leave_the_stack_room_to_grow() {
    assertThat(AddressGaps.of(MAPS, USER_SPACE))
        .containsExactly(
            new AddressRange(0x10000, 0x400000),
            new AddressRange(0x600000, 0x7f0000000000L),
            new AddressRange(0x7f0000100000L, 0x7ff000000000L - (128 << 20)));
  }

  @Test
  void a_stack_just_above_another_mapping_leaves_no_gap() {
    List<String> maps = List.of("10000-20000 rw-p 0", "21000-30000 rw-p 0 0 0   [stack]");
    assertThat(AddressGaps.of(maps, USER_SPACE)).isEmpty();
  }

  /** Every byte within the distance: one at the address itself, and the distance on both sides. */
  @ParameterizedTest
  @CsvSource({
    "0x500000, 0x1000, 0x4ff000, 0x501001",
    "0x10000, 0x8000, 0x10000, 0x18001",
    "0, 0x20000, 0x10000, 0x20001",
    "0x500000, 0x7fffffffffffffff, 0x10000, 0x7ffffffff000",
    "0x7fffffffe000, 0x80000000, 0x7fff7fffe000, 0x7ffffffff000",
    "0x7fffffffffffffff, 0x7fffffffffffffff, 0x10000, 0x7ffffffff000",
    "-1, 0x1000, 0x7ffffffff000, 0x7ffffffff000",
    "0x8000000000000000, 0x7fffffffffffffff, 0x10000, 0x7ffffffff000",
    "-1, 0x7fffffffffffffff, 0x7ffffffff000, 0x7ffffffff000",
  })
  void what_lies_within_a_distance_is_cut_to_user_space(
      String address, String distance, String from, String to) {
    Placement.Near near = new Placement.Near(number(address), number(distance));
    assertThat(AddressRange.within(near, USER_SPACE))
        .isEqualTo(new AddressRange(number(from), number(to)));
  }

  @Test
  void whole_pages_of_both_are_common() {
    AddressRange one = new AddressRange(0x1001, 0x9fff);
    assertThat(one.common(new AddressRange(0, 0x8001), PAGE))
        .isEqualTo(new AddressRange(0x2000, 0x8000));
    assertThat(one.common(new AddressRange(0xa000, 0xb000), PAGE).byteSize()).isZero();
    assertThat(one.common(new AddressRange(0x1000, 0x1fff), PAGE).byteSize()).isZero();
  }

  @Test
  void the_nearest_gap_comes_first_and_its_nearest_place_is_taken() {
    List<AddressRange> gaps =
        List.of(
            new AddressRange(0x10000, 0x20000),
            new AddressRange(0x30000, 0x31000),
            new AddressRange(0x40000, 0x50000),
            new AddressRange(0x90000, 0xa0000));
    assertThat(NearPlacement.starts(gaps, 2 * PAGE, 0x38000, PAGE))
        .containsExactly(0x40000L, 0x1e000L, 0x90000L);
    assertThat(NearPlacement.starts(gaps, 2 * PAGE, 0x48000, PAGE)).startsWith(0x47000L);
  }

  private static long number(String text) {
    if (text.startsWith("0x")) {
      return Long.parseUnsignedLong(text.substring(2), 16);
    }
    return Long.parseLong(text);
  }
}
