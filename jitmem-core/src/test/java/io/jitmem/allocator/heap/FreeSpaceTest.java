package io.jitmem.allocator.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreeSpaceTest {
  private static final long UNIT = 65_536;

  @Test
  void gives_what_is_wanted_or_the_most_there_is_or_nothing() {
    FreeSpace space = new FreeSpace(10 * UNIT);
    assertThat(space.take(UNIT, 4 * UNIT)).isEqualTo(new FreeSpace.Slice(0, 4 * UNIT));
    assertThat(space.take(UNIT, 8 * UNIT)).isEqualTo(new FreeSpace.Slice(4 * UNIT, 6 * UNIT));
    assertThat(space.take(UNIT, UNIT)).isNull();
  }

  @Test
  void what_is_given_back_in_any_order_becomes_one_again() {
    Random random = new Random(3);
    FreeSpace space = new FreeSpace(64 * UNIT);
    List<FreeSpace.Slice> taken = new ArrayList<>();
    for (int round = 0; round < 2000; round++) {
      FreeSpace.Slice slice =
          random.nextBoolean() ? space.take(UNIT, (1 + random.nextInt(9)) * UNIT) : null;
      if (slice != null) {
        assertThat(taken).noneMatch(other -> overlap(other, slice));
        taken.add(slice);
      } else if (!taken.isEmpty()) {
        space.giveBack(taken.remove(random.nextInt(taken.size())));
      }
    }
    taken.forEach(space::giveBack);
    assertThat(space.take(64 * UNIT, 64 * UNIT)).isEqualTo(new FreeSpace.Slice(0, 64 * UNIT));
  }

  private static boolean overlap(FreeSpace.Slice a, FreeSpace.Slice b) {
    return a.offset() < b.offset() + b.byteSize() && b.offset() < a.offset() + a.byteSize();
  }
}
