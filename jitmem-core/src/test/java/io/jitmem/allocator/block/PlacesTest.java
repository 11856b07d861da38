package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacesTest {
  /** How many places of one number of granules are kept at first. */
  private static final int FIRST_CAPACITY =
      (int) (new Places().overheadBytes() / Long.BYTES / Places.MAX_COUNT) - 1;

  /** Without a limit in the way, stacks of places by their number of granules. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void gives_the_latest_of_the_smallest_places_that_are_large_enough(int seed) {
    Random random = new Random(seed);
    Places places = new Places();
    places.limit(1L << 40);
    List<Deque<Long>> model = new ArrayList<>();
    for (int count = 0; count <= Places.MAX_COUNT; count++) {
      model.add(new ArrayDeque<>());
    }
    for (int step = 0; step < 20_000; step++) {
      int count = 1 + random.nextInt(Places.MAX_COUNT);
      if (random.nextInt(100) < (step / 5000 % 2 == 0 ? 65 : 35)) {
        places.push(count, step & 1023, step);
        model.get(count).push((long) (step & 1023) << 32 | step);
      } else {
        requireSmallest(places, model, count);
      }
    }
    long before = places.overheadBytes();
    places.clear();
    assertThat(places.take(1)).isEqualTo(Places.NONE);
    assertThat(places.overheadBytes()).isEqualTo(before);
  }

  private static void requireSmallest(Places places, List<Deque<Long>> model, int least) {
    long taken = places.take(least);
    for (int count = least; count <= Places.MAX_COUNT; count++) {
      if (!model.get(count).isEmpty()) {
        assertThat(taken).isEqualTo(model.get(count).pop());
        assertThat(places.takenCount()).isEqualTo(count);
        return;
      }
    }
    assertThat(taken).isEqualTo(Places.NONE);
  }

  @Test
  void forgets_the_oldest_when_it_may_not_keep_more() {
    Places places = new Places();
    long before = places.overheadBytes();
    for (int i = 0; i < 3 * FIRST_CAPACITY; i++) {
      places.push(5, 0, i);
    }
    for (int i = 3 * FIRST_CAPACITY - 1; i >= 2 * FIRST_CAPACITY; i--) {
      assertThat(places.take(5)).isEqualTo(i);
    }
    assertThat(places.take(5)).isEqualTo(Places.NONE);
    assertThat(places.overheadBytes()).isEqualTo(before);
    assertThat(before).isEqualTo(8L * Places.MAX_COUNT * (FIRST_CAPACITY + 1));
    assertThat(FIRST_CAPACITY).isPositive();
  }

  @Test
  void keeps_as_many_as_a_pool_of_a_size_may_have() {
    Places places = new Places();
    places.limit(2L * FIRST_CAPACITY * Places.MAX_COUNT);
    for (int i = 0; i < 100; i++) {
      places.push(1, 1, i);
    }
    for (int i = 99; i >= 100 - 2 * FIRST_CAPACITY; i--) {
      assertThat(places.take(1)).isEqualTo(1L << 32 | i);
    }
    assertThat(places.take(1)).isEqualTo(Places.NONE);
  }
}
