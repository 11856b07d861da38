package io.jitmem.allocator.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.block.PoolShape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As an array and as a map, and while it becomes one. */
class BlockTableTest {
  private static final long FIRST = 1L << 32;
  private static final int BYTES = 64 << 10;

  /** Blocks have a gap of their own size behind them. */
  private static final long STEP = 2 * BYTES;

  private record Name(Block block, int first, int count, int birth, boolean untouched) {}

  private final BlockTable table = new BlockTable();

  /** Nobody touches the memory. */
  @SuppressWarnings("restricted")
  private static Block block(int number) {
    MemorySegment memory = MemorySegment.ofAddress(FIRST + number * STEP).reinterpret(BYTES);
    Pool pool = new Pool(new PoolShape(64, 1, BYTES, BYTES, false), new Object(), Optional.empty());
    return pool.allocateIn(new BlockMemory(memory, memory, "none", 0, false), 1, Name::new).block();
  }

  private static List<Block> shuffled(int count) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      blocks.add(block(i));
    }
    Collections.shuffle(blocks, new Random(count));
    return blocks;
  }

  private void requireFound(Block block) {
    long start = block.address(0);
    assertThat(table.around(start)).isSameAs(block);
    assertThat(table.around(start + BYTES - 1)).isSameAs(block);
    assertThat(table.around(start + BYTES)).isNull();
    assertThat(table.around(start - 1)).isNull();
    assertThat(table.contains(block)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, BlockTable.MOST_COPIED, BlockTable.MOST_COPIED + 1, 2000})
  void finds_each_block_by_its_bytes_until_it_is_removed(int count) {
    List<Block> blocks = shuffled(count);
    blocks.forEach(table::add);
    assertThat(table.size()).isEqualTo(count);
    blocks.forEach(this::requireFound);
    for (Block block : blocks.subList(0, count / 2)) {
      table.remove(block);
      table.remove(block);
      assertThat(table.around(block.address(0))).isNull();
      assertThat(table.contains(block)).isFalse();
    }
    assertThat(table.size()).isEqualTo(count - count / 2);
    blocks.subList(count / 2, count).forEach(this::requireFound);
    blocks.subList(0, count / 2).forEach(table::add);
    blocks.forEach(this::requireFound);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, BlockTable.MOST_COPIED + 10})
  void another_block_at_the_same_place_is_not_removed_for_the_first(int count) {
    List<Block> blocks = shuffled(count);
    blocks.forEach(table::add);
    Block old = blocks.getFirst();
    Block other = block((int) ((old.address(0) - FIRST) / STEP));
    table.remove(old);
    table.add(other);
    table.remove(old);
    requireFound(other);
  }

  @ParameterizedTest
  @ValueSource(ints = {BlockTable.MOST_COPIED - 100})
  void a_block_is_found_at_every_moment_while_others_come(int before) throws Exception {
    List<Block> blocks = shuffled(2 * BlockTable.MOST_COPIED);
    blocks.subList(0, before).forEach(table::add);
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch looking = new CountDownLatch(1);
    try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
      Future<Boolean> alwaysFound =
          reader.submit(() -> {
            boolean found = true;
            looking.countDown();
            for (int i = 0; !done.get(); i = (i + 1) % before) {
              found &= table.contains(blocks.get(i));
            }
            return found;
          });
      looking.await();
      for (Block block : blocks.subList(before, blocks.size())) {
        table.add(block);
        Thread.onSpinWait();
      }
      done.set(true);
      assertThat(alwaysFound.get()).isTrue();
    }
  }
}
