package io.jitmem.allocator.bits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GranuleMapTest {
  private static final int WITHHELD = -2;

  /** Each granule of the model holds the start of its span, or -1 if it is free, or WITHHELD. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 127, 128, 129, 1000, 8200})
  void does_what_a_plain_array_does(int granuleCount) {
    GranuleMap map = new GranuleMap(granuleCount);
    int[] model = new int[granuleCount];
    Arrays.fill(model, -1);
    Random random = new Random(granuleCount);
    for (int step = 0; step < 3000; step++) {
      int at = random.nextInt(granuleCount);
      if (model[at] == WITHHELD) {
        map.freeWithheld(at, 1);
        model[at] = -1;
      } else if (model[at] >= 0) {
        releaseOrShrink(map, model, at, random);
      } else if (random.nextInt(4) == 0) {
        occupyAt(map, model, at, 1 + random.nextInt(8));
      } else if (random.nextInt(8) == 0) {
        withhold(map, model, at);
      } else {
        occupy(map, model, 1 + random.nextInt(Math.min(granuleCount, 200)));
      }
      requireAgreement(map, model, step % 16 == 0);
    }
    map.freeAll();
    assertThat(map.longestFree()).isEqualTo(granuleCount);
    assertThat(place(map, granuleCount)).isZero();
    map.verify();
  }

  /** As a pool does: in the run, else where a search finds another. */
  private static int place(GranuleMap map, int count) {
    int first = map.occupyInRun(count);
    return first >= 0 || !map.findRun(count) ? first : map.occupyInRun(count);
  }

  private static void withhold(GranuleMap map, int[] model, int at) {
    if (model[at] == -1) {
      map.withholdFree(at, 1);
      model[at] = WITHHELD;
    }
  }

  private static void releaseOrShrink(GranuleMap map, int[] model, int at, Random random) {
    int first = map.startAround(at);
    assertThat(first).isEqualTo(model[at]);
    int count = map.countAt(first);
    assertThat(count).isEqualTo(countOf(model, first));
    int kept = random.nextInt(4) > 0 ? 0 : random.nextInt(count);
    boolean withheld = random.nextInt(3) == 0;
    if (withheld && kept > 0) {
      map.withholdRest(first, count, kept);
    } else if (withheld) {
      map.withhold(first, count);
    } else {
      long run = kept > 0 ? map.freeRest(first, count, kept) : map.free(first, count);
      requireFreeRun(model, first + kept, first + count, run);
    }
    Arrays.fill(model, first + kept, first + count, withheld ? WITHHELD : -1);
  }

  /** What is said of the free run is true, and of a short one it is all of it. */
  private static void requireFreeRun(int[] model, int from, int end, long run) {
    int runFrom = (int) (run >>> 32);
    int runEnd = (int) run;
    Arrays.fill(model, from, end, -1);
    assertThat(runFrom).isBetween(0, from);
    assertThat(runEnd).isBetween(end, model.length);
    assertThat(Arrays.stream(model, runFrom, runEnd)).containsOnly(-1);
    if (runEnd - runFrom < GranuleMap.WHOLE_RUN) {
      assertThat(runFrom == 0 || model[runFrom - 1] != -1).isTrue();
      assertThat(runEnd == model.length || model[runEnd] != -1).isTrue();
    }
  }

  /** Any free run may be taken, but one must be taken if there is one. */
  private static void occupy(GranuleMap map, int[] model, int count) {
    boolean fits = longestFree(model) >= count;
    int first = place(map, count);
    assertThat(first >= 0).isEqualTo(fits);
    if (fits) {
      assertThat(Arrays.stream(model, first, first + count)).containsOnly(-1);
      Arrays.fill(model, first, first + count, first);
    }
  }

  private static void occupyAt(GranuleMap map, int[] model, int at, int count) {
    boolean fits =
        at + count <= model.length
            && Arrays.stream(model, at, at + count).allMatch(start -> start == -1);
    assertThat(map.occupyAt(at, count)).isEqualTo(fits);
    if (fits) {
      Arrays.fill(model, at, at + count, at);
    }
  }

  @Test
  void a_search_takes_the_lowest_run_that_is_long_enough() {
    GranuleMap map = new GranuleMap(1024);
    for (int span = 0; span < 128; span++) {
      assertThat(place(map, 8)).isEqualTo(span * 8);
    }
    for (int span : new int[] {5, 6, 40, 41, 42, 100}) {
      map.free(span * 8, 8);
    }
    assertThat(place(map, 17)).isEqualTo(320);
    assertThat(place(map, 16)).isEqualTo(40);
    assertThat(place(map, 7)).isEqualTo(337);
    map.free(0, 8);
    assertThat(place(map, 9)).isEqualTo(GranuleMap.NONE);
    assertThat(place(map, 8)).isZero();
    assertThat(place(map, 8)).isEqualTo(800);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64, 65, 300, 2000})
  void finds_the_lowest_run_from_a_leaf_on(int count) {
    Random random = new Random(count);
    GranuleMap map = new GranuleMap(10_000);
    boolean[] free = new boolean[10_000];
    Arrays.fill(free, true);
    for (int at = 0; at < 10_000; at += 1 + random.nextInt(2 * count)) {
      map.occupyAt(at, 1);
      free[at] = false;
    }
    for (int from = 0; from < 10_000; from += 256) {
      assertThat(map.find(count, from)).isEqualTo(lowestRun(free, count, from));
    }
  }

  private static int lowestRun(boolean[] free, int count, int from) {
    int run = 0;
    for (int at = from; at < free.length; at++) {
      run = free[at] ? run + 1 : 0;
      if (run == count) {
        return at - count + 1;
      }
    }
    return GranuleMap.NONE;
  }

  /** Counted at two sizes of the map: a search must not take more than a few steps a level. */
  @ParameterizedTest
  @ValueSource(ints = {1 << 14, 1 << 20})
  void searches_take_a_logarithmic_number_of_steps(int granuleCount) {
    GranuleMap map = new GranuleMap(granuleCount);
    Random random = new Random(1);
    int[] spans = new int[granuleCount / 16];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = place(map, 16);
    }
    long before = map.stepCount();
    int operations = 100_000;
    for (int i = 0; i < operations; i++) {
      int victim = random.nextInt(spans.length);
      map.free(spans[victim], 16);
      spans[victim] = place(map, 16);
    }
    int levels = Integer.numberOfTrailingZeros(granuleCount) - 8;
    // Down twice at most, up for two changed leaves, and the leaves.
    assertThat((map.stepCount() - before) / operations).isLessThanOrEqualTo(4L * levels + 4);
  }

  @Test
  void a_map_has_granules() {
    assertThatIllegalArgumentException().isThrownBy(() -> new GranuleMap(0));
  }

  @Test
  void a_reader_sees_by_the_version_that_something_has_changed() {
    GranuleMap map = new GranuleMap(100);
    int version = map.version();
    assertThat(map.isUnchangedSince(version)).isTrue();
    int first = map.occupyInRun(3);
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
    }
    assertThat(Words.longestRun(-1L)).isEqualTo(64);
    assertThat(Words.longestRun(0)).isZero();
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
      assertThat(map.isFree(granule)).isEqualTo(model[granule] == -1);
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
      run = start == -1 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
