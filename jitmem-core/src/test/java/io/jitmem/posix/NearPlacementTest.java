package io.jitmem.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The single addresses that are asked for when the system's own search finds nothing. */
class NearPlacementTest {
  private static final long PAGE = 0x1000;

  @ParameterizedTest
  @CsvSource({
    "0x10000, 0x20000, 0x1000, 0x18000",
    "0x10000, 0x20000, 0x10000, 0x10000",
    "0x10000, 0x800000000000, 0x4000, 0x400000000000",
    "0x7f0000000000, 0x7f0100000000, 0x10000000, 0x7f0080000000",
    "0x7f0000000000, 0x7f0100000000, 0x10000000, 0x7f0000000000",
  })
  void are_few_lie_in_reach_and_begin_with_the_nearest(
      String from, String to, String size, String centre) {
    AddressRange reach = new AddressRange(Long.decode(from), Long.decode(to));
    long byteSize = Long.decode(size);
    long middle = Long.decode(centre);
    List<Long> starts = NearPlacement.starts(reach, byteSize, middle, PAGE);
    assertThat(starts).hasSizeBetween(1, 200).startsWith(middle);
    assertThat(starts)
        .allSatisfy(at -> {
          assertThat(at).isBetween(reach.from(), reach.to() - byteSize);
          assertThat(at % PAGE).isZero();
        });
    assertThat(starts.stream().mapToLong(at -> Math.abs(at - middle)).toArray()).isSorted();
    assertThat(starts).contains(reach.from());
  }
}
