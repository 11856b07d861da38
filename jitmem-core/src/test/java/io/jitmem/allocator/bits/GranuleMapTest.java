package io.jitmem.allocator.bits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GranuleMapTest {
  /** Each granule of the model holds the start of its span, or -1. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 127, 128, 129, 1000})
  void does_what_a_plain_array_does(int granuleCount) {
    GranuleMap map = new GranuleMap(granuleCount);
    int[] model = new int[granuleCount];
    Arrays.fill(model, -1);
    Random random = new Random(granuleCount);
    for (int step = 0; step < 3000; step++) {
      int at = random.nextInt(granuleCount);
      if (model[at] >= 0) {
        Extent span = map.spanAround(at);
        assertThat(span).isEqualTo(extentOf(model, at));
        if (random.nextBoolean()) {
          map.free(span);
          Arrays.fill(model, span.firstGranule(), span.end(), -1);
        } else {
          int kept = 1 + random.nextInt(span.granuleCount());
          map.shrink(span, kept);
          Arrays.fill(model, span.firstGranule() + kept, span.end(), -1);
        }
      } else {
        int count = 1 + random.nextInt(Math.min(granuleCount, 70));
        int first = map.findFree(count);
        assertThat(first).isEqualTo(firstFree(model, count));
        if (first >= 0) {
          map.occupy(new Extent(first, count));
          Arrays.fill(model, first, first + count, first);
        }
      }
      requireAgreement(map, model);
    }
    map.freeAll();
    assertThat(map.findFree(granuleCount)).isZero();
    map.verify();
  }

  @Test
  void refuses_what_is_no_extent() {
    assertThatIllegalArgumentException().isThrownBy(() -> new GranuleMap(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Extent(-1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Extent(0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Extent(Integer.MAX_VALUE, 1));
    GranuleMap map = new GranuleMap(10);
    Extent span = new Extent(2, 5);
    map.occupy(span);
    assertThatIllegalArgumentException().isThrownBy(() -> map.shrink(span, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> map.shrink(span, 6));
  }

  private static void requireAgreement(GranuleMap map, int[] model) {
    map.verify();
    int longest = 0;
    int run = 0;
    for (int granule = 0; granule < model.length; granule++) {
      assertThat(map.isUsed(granule)).isEqualTo(model[granule] >= 0);
      assertThat(map.isStart(granule)).isEqualTo(model[granule] == granule);
      run = model[granule] < 0 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    assertThat(map.longestFree()).isEqualTo(longest);
  }

  private static Extent extentOf(int[] model, int granule) {
    int end = granule;
    while (end < model.length && model[end] == model[granule]) {
      end++;
    }
    return new Extent(model[granule], end - model[granule]);
  }

  private static int firstFree(int[] model, int count) {
    int run = 0;
    for (int granule = 0; granule < model.length; granule++) {
      run = model[granule] < 0 ? run + 1 : 0;
      if (run == count) {
        return granule - count + 1;
      }
    }
    return -1;
  }
}
