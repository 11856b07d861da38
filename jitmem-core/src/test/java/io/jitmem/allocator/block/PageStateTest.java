package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PageStateTest {
  private static final int CHUNK = 1024;

  private static PageState state(int granuleCount, boolean dual, long largePage) {
    MemorySegment memory = Arena.ofAuto().allocate(granuleCount * 64L);
    MemorySegment other = Arena.ofAuto().allocate(granuleCount * 64L);
    return new PageState(
        granuleCount, 64, new BlockMemory(memory, dual ? other : memory, "", largePage, false));
  }

  @Test
  void knows_the_chunks_that_are_wholly_populated() {
    PageState pages = state(5 * CHUNK, true, 0);
    assertThat(pages.chunkGranules()).isEqualTo(CHUNK);
    assertThat(pages.isPopulated(0, 1)).isFalse();
    pages.populated(new GranuleRun(CHUNK, CHUNK));
    assertThat(pages.isPopulated(CHUNK, 2 * CHUNK)).isTrue();
    assertThat(pages.isPopulated(CHUNK - 1, CHUNK + 1)).isFalse();
    assertThat(pages.isPopulated(2 * CHUNK - 1, 2 * CHUNK + 1)).isFalse();
    pages.populated(new GranuleRun(2 * CHUNK + 1, 2 * CHUNK));
    assertThat(pages.isPopulated(2 * CHUNK + 1, 2 * CHUNK + 2)).isFalse();
    assertThat(pages.isPopulated(3 * CHUNK, 3 * CHUNK + 1)).isTrue();
    assertThat(pages.isPopulated(4 * CHUNK, 4 * CHUNK + 1)).isFalse();
  }

  @Test
  void takes_the_last_chunk_for_whole_at_the_end_of_the_block() {
    PageState pages = state(CHUNK + 100, true, 0);
    pages.populated(new GranuleRun(CHUNK, 100));
    assertThat(pages.isPopulated(CHUNK + 99, CHUNK + 100)).isTrue();
    assertThat(pages.isPopulated(CHUNK - 1, CHUNK)).isFalse();
  }

  @Test
  void need_not_populate_large_pages_or_a_single_chunk_of_one_view() {
    assertThat(state(4 * CHUNK, true, 1 << 18).isPopulated(0, 4 * CHUNK)).isTrue();
    assertThat(state(CHUNK, false, 0).isPopulated(0, CHUNK)).isTrue();
    assertThat(state(CHUNK, true, 0).isPopulated(0, 1)).isFalse();
    assertThat(state(CHUNK + 1, false, 0).isPopulated(0, 1)).isFalse();
  }

  @Test
  void forgets_what_was_populated_when_pages_are_given_back() {
    PageState pages = state(200 * CHUNK, true, 0);
    pages.populated(new GranuleRun(0, 200 * CHUNK));
    GranuleRun run = new GranuleRun(2 * CHUNK + 64, CHUNK);
    assertThat(pages.hasParked()).isFalse();
    pages.park(run);
    assertThat(pages.isPopulated(CHUNK, 2 * CHUNK)).isTrue();
    assertThat(pages.isPopulated(2 * CHUNK, 2 * CHUNK + 1)).isFalse();
    assertThat(pages.isPopulated(4 * CHUNK - 1, 4 * CHUNK)).isFalse();
    assertThat(pages.isPopulated(4 * CHUNK, 5 * CHUNK)).isTrue();
    assertThat(pages.parkedCount()).isEqualTo(CHUNK);
    assertThat(pages.hasParked()).isTrue();
    assertThat(pages.takeParked()).containsExactly(run);
    assertThat(pages.takeParked()).isEmpty();
    assertThat(pages.parkedCount()).isZero();
  }

  @Test
  void counts_the_pages_that_were_touched_less_those_given_back() {
    PageState pages = state(2 * CHUNK + 10, true, 0);
    assertThat(pages.committedCount(64, 0)).isZero();
    assertThat(pages.committedCount(64, 1)).isEqualTo(64);
    assertThat(pages.committedCount(64, 64)).isEqualTo(64);
    assertThat(pages.touchedTo(64, 65)).isEqualTo(128);
    assertThat(pages.touchedTo(64, 2 * CHUNK + 1)).isEqualTo(2 * CHUNK + 10);
    pages.populated(new GranuleRun(0, 300));
    assertThat(pages.touchedTo(64, 65)).isEqualTo(320);
    pages.park(new GranuleRun(128, 64));
    assertThat(pages.committedCount(64, 65)).isEqualTo(256);
  }
}
