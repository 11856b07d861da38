package io.jitmem.mapped;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the runs with the plainest model of them: the use of each page, in an array. */
class PageRunsTest {
  private static final int COUNT = 12;

  private static final List<PageUse> USES =
      List.of(PageUse.RESERVED, PageUse.PRIVATE, PageUse.WRITABLE_VIEW);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void runs_are_what_was_set_last_and_as_long_as_they_can_be(long seed) {
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      // Pages of a byte do as well.
      MemorySegment reserved = arena.allocate(COUNT);
      PageRuns runs = new PageRuns(reserved.address(), COUNT);
      PageUse[] model = new PageUse[COUNT];
      Arrays.fill(model, PageUse.RESERVED);
      for (int step = 0; step < 1000; step++) {
        int from = random.nextInt(COUNT);
        int to = from + 1 + random.nextInt(COUNT - from);
        PageUse use = USES.get(random.nextInt(USES.size()));
        runs.set(reserved.asSlice(from, to - from), use);
        Arrays.fill(model, from, to, use);
        int low = random.nextInt(COUNT);
        int high = low + 1 + random.nextInt(COUNT - low);
        assertThat(runs.in(reserved.asSlice(low, high - low)))
            .isEqualTo(runs(model, reserved.address(), low, high));
      }
    }
  }

  private static List<PageRun> runs(PageUse[] model, long base, int low, int high) {
    List<PageRun> runs = new ArrayList<>();
    for (int at = low; at < high; ) {
      int from = at;
      while (at < high && model[at] == model[from]) {
        at++;
      }
      runs.add(new PageRun(base + from, at - from, model[from]));
    }
    return runs;
  }
}
