package io.jitmem.allocator.bits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaxTreeTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8, 9, 100})
  void finds_the_first_slot_that_is_large_enough(int slots) {
    Random random = new Random(slots);
    MaxTree tree = new MaxTree();
    int[] model = new int[slots];
    for (int step = 0; step < 2000; step++) {
      int slot = random.nextInt(Math.min(slots, 1 + step / 5));
      int value = random.nextInt(20);
      tree.set(slot, value);
      model[slot] = value;
      int wanted = 1 + random.nextInt(20);
      assertThat(tree.find(wanted)).isEqualTo(firstOf(model, wanted));
      int asked = random.nextInt(slots);
      assertThat(tree.get(asked)).isEqualTo(model[asked]);
    }
    assertThat(tree.get(1 << 20)).isZero();
  }

  private static int firstOf(int[] model, int wanted) {
    for (int slot = 0; slot < model.length; slot++) {
      if (model[slot] >= wanted) {
        return slot;
      }
    }
    return -1;
  }
}
