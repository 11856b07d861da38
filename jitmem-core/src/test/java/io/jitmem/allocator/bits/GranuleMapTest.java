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
  @ValueSource(ints = {1, 2, 63, 64, 65, 127, 128, 129, 1000, 8200})
  void does_what_a_plain_array_does(int granuleCount) {
    GranuleMap map = new GranuleMap(granuleCount);
    int[] model = new int[granuleCount];
    Arrays.fill(model, -1);
    Random random = new Random(granuleCount);
    for (int step = 0; step < 3000; step++) {
      int at = random.nextInt(granuleCount);
      if (model[at] >= 0) {
        releaseOrShrink(map, model, at, random);
      } else if (random.nextInt(4) == 0) {
        occupyAt(map, model, at, 1 + random.nextInt(8));
      } else {
        occupy(map, model, 1 + random.nextInt(Math.min(granuleCount, 200)));
      }
      requireAgreement(map, model, step % 16 == 0);
    }
    map.freeAll();
    assertThat(map.longestFree()).isEqualTo(granuleCount);
    assertThat(map.occupy(granuleCount)).isZero();
    map.verify();
  }

  private static void releaseOrShrink(GranuleMap map, int[] model, int at, Random random) {
    int first = map.startAround(at);
    assertThat(first).isEqualTo(model[at]);
    int count = map.countAt(first);
    assertThat(count).isEqualTo(countOf(model, first));
    if (random.nextInt(4) > 0) {
      map.free(first, count);
      Arrays.fill(model, first, first + count, -1);
      assertThat(map.runAround(first, first + count))
          .isGreaterThanOrEqualTo(runAround(model, first));
    } else {
      int kept = 1 + random.nextInt(count);
      map.shrink(first, count, kept);
      Arrays.fill(model, first + kept, first + count, -1);
    }
  }

  /** Any free run may be taken, but one must be taken if there is one. */
  private static void occupy(GranuleMap map, int[] model, int count) {
    boolean fits = longestFree(model) >= count;
    int first = map.occupy(count);
    assertThat(first >= 0).isEqualTo(fits);
    if (fits) {
      assertThat(Arrays.stream(model, first, first + count)).containsOnly(-1);
      Arrays.fill(model, first, first + count, first);
    }
  }

  private static void occupyAt(GranuleMap map, int[] model, int at, int count) {
    boolean fits =
        at + count <= model.length
            && Arrays.stream(model, at, at + count).allMatch(start -> start < 0);
    assertThat(map.occupyAt(at, count)).isEqualTo(fits);
    if (fits) {
      Arrays.fill(model, at, at + count, at);
    }
  }

  private static int runAround(int[] model, int granule) {
    int start = granule;
    while (start > 0 && model[start - 1] < 0) {
      start--;
    }
    int end = granule;
    while (end < model.length && model[end] < 0) {
      end++;
    }
    return end - start;
  }

  @Test
  void takes_the_lowest_run_that_is_long_enough() {
    GranuleMap map = new GranuleMap(1000);
    for (int span = 0; span < 100; span++) {
      assertThat(map.occupy(10)).isEqualTo(span * 10);
    }
    for (int span : new int[] {70, 20, 21, 50}) {
      map.free(span * 10, 10);
    }
    assertThat(map.occupy(15)).isEqualTo(200);
    assertThat(map.occupy(6)).isEqualTo(500);
    assertThat(map.occupy(4)).isEqualTo(506);
    assertThat(map.occupy(5)).isEqualTo(215);
    assertThat(map.occupy(11)).isEqualTo(-1);
    assertThat(map.occupy(10)).isEqualTo(700);
  }

  @Test
  void searches_take_a_logarithmic_number_of_steps() {
    int granuleCount = 1 << 20;
    GranuleMap map = new GranuleMap(granuleCount);
    Random random = new Random(1);
    int[] spans = new int[granuleCount / 16];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = map.occupy(16);
    }
    long before = map.stepCount();
    int operations = 100_000;
    for (int i = 0; i < operations; i++) {
      int victim = random.nextInt(spans.length);
      map.free(spans[victim], 16);
      spans[victim] = map.occupy(16);
    }
    // 14 levels above the words: down once, and up once for each of at most two changed words.
    assertThat((map.stepCount() - before) / operations).isLessThanOrEqualTo(3 * 14);
  }

  @Test
  void refuses_what_is_no_shrinking() {
    assertThatIllegalArgumentException().isThrownBy(() -> new GranuleMap(0));
    GranuleMap map = new GranuleMap(10);
    int first = map.occupy(5);
    assertThatIllegalArgumentException().isThrownBy(() -> map.shrink(first, 5, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> map.shrink(first, 5, 6));
    map.shrink(first, 5, 5);
    assertThat(map.countAt(first)).isEqualTo(5);
  }

  @Test
  void a_reader_sees_by_the_version_that_something_has_changed() {
    GranuleMap map = new GranuleMap(100);
    int version = map.version();
    assertThat(map.isUnchangedSince(version)).isTrue();
    int first = map.occupy(3);
    assertThat(map.isUnchangedSince(version)).isFalse();
    version = map.version();
    map.free(first, 3);
    assertThat(map.isUnchangedSince(version)).isFalse();
    assertThat(map.isUnchangedSince(map.version() + 1)).isFalse();
  }

  @Test
  void runs_in_words_are_what_counting_says() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      long word = random.nextLong() | (i % 3 == 0 ? random.nextLong() : 0);
      word &= i % 5 == 0 ? random.nextLong() : -1L;
      int longest = naiveLongest(word);
      assertThat(Words.longestRun(word)).isEqualTo(longest);
      for (int count = 1; count <= longest; count += 1 + i % 7) {
        int at = Words.findRun(word, count);
        long mask = (count == 64 ? -1L : (1L << count) - 1) << at;
        assertThat(word & mask).isEqualTo(mask);
      }
      assertThat(Words.findRun(word, longest + 1)).isEqualTo(64);
    }
    assertThat(Words.longestRun(-1L)).isEqualTo(64);
    assertThat(Words.longestRun(0)).isZero();
    assertThat(Words.findRun(-1L, 64)).isZero();
  }

  private static int naiveLongest(long word) {
    int longest = 0;
    int run = 0;
    for (int bit = 0; bit < 64; bit++) {
      run = (word >>> bit & 1) != 0 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  private static void requireAgreement(GranuleMap map, int[] model, boolean thorough) {
    if (thorough) {
      map.verify();
    }
    assertThat(map.longestFree()).isEqualTo(longestFree(model));
    for (int granule = 0; granule < model.length; granule += thorough ? 1 : 37) {
      assertThat(map.isUsed(granule)).isEqualTo(model[granule] >= 0);
      assertThat(map.isStart(granule)).isEqualTo(model[granule] == granule);
    }
  }

  private static int countOf(int[] model, int first) {
    int end = first;
    while (end < model.length && model[end] == first) {
      end++;
    }
    return end - first;
  }

  private static int longestFree(int[] model) {
    int longest = 0;
    int run = 0;
    for (int start : model) {
      run = start < 0 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
