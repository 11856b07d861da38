package io.jitmem.allocator.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of memory in which no span has been: code there needs no synchronisation. */
class UntouchedTest {
  private record Placed(Block block, int first, int count, boolean untouched) {}

  private static final SpanFactory<Placed> PLACED =
      (block, first, count, birth, untouched) -> new Placed(block, first, count, untouched);

  private final Pool pool =
      new Pool(new PoolShape(64, 1, 1 << 16, 1 << 26, false), new Object(), Optional.empty());

  @Test
  void memory_behind_a_span_that_began_in_old_memory_is_old_too() {
    MemorySegment memory = MemorySegment.ofArray(new byte[1 << 16]);
    Placed old = pool.allocateIn(new BlockMemory(memory, memory, "", 0, false), 3, PLACED);
    assertThat(old.untouched()).isTrue();
    old.block().free(old.first(), old.count());
    Placed longer = place(6);
    assertThat(longer.first()).isEqualTo(old.first());
    assertThat(longer.untouched()).isFalse();
    old.block().free(longer.first(), longer.count());
    assertThat(place(3).untouched()).isFalse();
    Placed behind = place(3);
    assertThat(behind.first()).isEqualTo(old.first() + 3);
    assertThat(behind.untouched()).isFalse();
    assertThat(place(3).untouched()).isTrue();
  }

  private Placed place(int count) {
    return Objects.requireNonNull(pool.allocate(count, PLACED));
  }

  @Test
  void memory_that_held_code_before_the_block_was_made_is_old() {
    MemorySegment memory = MemorySegment.ofArray(new byte[1 << 16]);
    assertThat(pool.allocateIn(new BlockMemory(memory, memory, "", 0, true), 3, PLACED).untouched())
        .isFalse();
  }
}
