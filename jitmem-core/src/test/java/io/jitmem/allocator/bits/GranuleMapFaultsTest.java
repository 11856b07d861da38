package io.jitmem.allocator.bits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

/** Maps that were misused, and what a map costs. */
class GranuleMapFaultsTest {
  private final GranuleMap map = new GranuleMap(1024);

  @Test
  void a_span_without_an_end_is_found() {
    map.occupyAt(0, 4);
    map.free(3, 1);
    assertThatIllegalStateException().isThrownBy(map::verify).withMessageContaining("no end");
  }

  @Test
  void a_span_without_an_end_is_found_at_the_map_s_end() {
    map.occupyAt(1020, 4);
    map.verify();
    map.unmakeWithheld(1023, 1024);
    assertThatIllegalStateException().isThrownBy(map::verify).withMessageContaining("no end");
  }

  @Test
  void a_span_that_was_freed_twice_is_found() {
    map.occupyAt(8, 4);
    map.occupyAt(0, 8);
    map.free(8, 4);
    map.verify();
    map.free(8, 4);
    assertThatIllegalStateException().isThrownBy(map::verify).withMessageContaining("counted");
  }

  @Test
  void what_was_withheld_and_freed_twice_is_found() {
    map.occupyAt(0, 8);
    map.withholdFree(8, 8);
    map.freeWithheld(8, 8);
    map.verify();
    map.freeWithheld(8, 8);
    assertThatIllegalStateException().isThrownBy(map::verify).withMessageContaining("withheld");
  }

  @Test
  void a_run_that_is_not_free_is_found() {
    map.makeSpan(5, 6);
    assertThatIllegalStateException().isThrownBy(map::verify).withMessageContaining("not free");
  }

  @Test
  void an_index_that_was_told_nothing_is_found() {
    map.occupyAt(0, 100);
    assertThat(map.longestFree()).isEqualTo(924);
    map.unmakeSpan(0, 100, false);
    map.makeWithheld(0, 100, false);
    assertThatIllegalStateException().isThrownBy(map::verify);
  }

  @Test
  void counts_what_is_used_and_withheld() {
    map.occupyAt(0, 100);
    map.occupyAt(200, 50);
    map.withhold(200, 50);
    map.withholdRest(0, 100, 60);
    assertThat(map.usedCount()).isEqualTo(60);
    assertThat(map.withheldCount()).isEqualTo(90);
    map.freeRest(0, 60, 10);
    assertThat(map.usedCount()).isEqualTo(10);
    map.verify();
    map.freeAll();
    assertThat(map.usedCount() + map.withheldCount()).isZero();
    assertThat(map.runFrom()).isZero();
    assertThat(map.runEnd()).isEqualTo(1024);
  }

  @Test
  void starts_again_at_the_lowest_free_granule() {
    map.occupyAt(0, 100);
    map.occupyAt(300, 10);
    map.free(0, 100);
    map.occupyAt(0, 7);
    map.restart();
    assertThat(map.runFrom()).isEqualTo(7);
    assertThat(map.runEnd()).isEqualTo(300);
    GranuleMap full = new GranuleMap(8);
    full.occupyInRun(8);
    full.restart();
    assertThat(full.occupyInRun(1)).isEqualTo(GranuleMap.NONE);
    full.verify();
  }

  /** Two bits a granule; a node of four numbers for 256 of them, and as many above; and lists. */
  @Test
  void costs_little_more_than_its_bits() {
    assertThat(map.overheadBytes()).isEqualTo(1024 / 4 + 2 * 4 * 16 + 8 + 8 * 4);
    assertThat(new GranuleMap(1 << 20).overheadBytes())
        .isBetween((1L << 18) + (1 << 17), (1L << 18) + (1 << 17) + (1 << 13));
  }

  @Test
  void counts_the_steps_of_searches() {
    long before = map.stepCount();
    map.find(10, 0);
    assertThat(map.stepCount()).isGreaterThan(before);
    long settled = map.stepCount();
    assertThat(map.find(10, 512)).isEqualTo(512);
    assertThat(map.stepCount()).isGreaterThan(settled);
  }
}
