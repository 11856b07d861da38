package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of several free runs a span gets. */
class PoolPlacementTest {
  private static final int GRANULE = 64;
  private static final int BLOCK_BYTES = 1 << 22;
  private static final int BLOCK_GRANULES = BLOCK_BYTES / GRANULE;

  private record Placed(Block block, int first, int count) {
    void release() {
      block.free(first, count);
    }
  }

  private static final SpanFactory<Placed> PLACED =
      (block, first, count, birth, untouched) -> new Placed(block, first, count);

  private final Pool pool =
      new Pool(
          new PoolShape(GRANULE, 0, BLOCK_BYTES, BLOCK_BYTES, false),
          new Object(),
          Optional.empty());

  @Test
  void a_large_span_goes_to_the_shortest_run_that_is_long_enough() {
    List<Placed> holes = holesOf(500, 200, 130, 300);
    assertThat(place(131).first()).isEqualTo(holes.get(1).first());
    assertThat(place(130).first()).isEqualTo(holes.get(2).first());
    assertThat(place(400).first()).isEqualTo(holes.get(0).first());
    pool.verify();
  }

  @Test
  void memory_that_was_never_used_is_taken_after_every_hole() {
    List<Placed> holes = holesOf(1000, 900);
    assertThat(place(700).first()).isEqualTo(holes.get(1).first());
    assertThat(place(1000).first()).isEqualTo(holes.get(0).first());
  }

  @Test
  void the_shortest_run_is_looked_for_in_several_blocks() {
    List<Placed> holes = holesOf(600, BLOCK_GRANULES - 800, 190, 170, 180);
    Placed second = holes.get(3);
    assertThat(second.block()).isNotSameAs(holes.getFirst().block());
    Placed placed = place(170);
    assertThat(placed.block()).isSameAs(second.block());
    assertThat(placed.first()).isEqualTo(second.first());
  }

  @Test
  void a_hole_that_has_grown_is_not_broken_for_a_span_of_its_old_length() {
    Placed first = place(4);
    Placed second = place(5);
    place(1);
    Placed alone = place(4);
    place(1);
    alone.release();
    first.release();
    second.release();
    assertThat(place(4).first()).isEqualTo(alone.first());
    assertThat(place(9).first()).isEqualTo(first.first());
  }

  @Test
  void a_hole_across_words_is_known_by_its_whole_length() {
    place(60);
    Placed low = place(8);
    Placed high = place(6);
    place(1);
    low.release();
    high.release();
    assertThat(place(14).first()).isEqualTo(60);
    pool.verify();
  }

  /** Makes holes of these lengths, with one granule that is used between any two. */
  private List<Placed> holesOf(int... counts) {
    List<Placed> holes = new ArrayList<>();
    for (int count : counts) {
      holes.add(place(count));
      place(1);
    }
    holes.forEach(Placed::release);
    return holes;
  }

  private Placed place(int count) {
    Placed placed = pool.allocate(count, PLACED);
    if (placed != null) {
      return placed;
    }
    MemorySegment memory = MemorySegment.ofArray(new byte[(int) pool.byteSizeOfNewBlock(count)]);
    return pool.allocateIn(new BlockMemory(memory, memory, "", 0, false), count, PLACED);
  }
}
