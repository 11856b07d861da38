package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.observe.picture.Area;
import io.jitmem.observe.picture.AreaKind;
import io.jitmem.observe.picture.BlockSnapshot;
import io.jitmem.observe.picture.Fragmentation;
import io.jitmem.observe.picture.HeapSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a snapshot shows of real memory, beside what the test knows. */
class HeapSnapshotTest {
  @Test
  void an_allocator_without_blocks_shows_none() {
    try (JitAllocator allocator = JitAllocator.create()) {
      assertThat(allocator.snapshot().blocks()).isEmpty();
      assertThat(allocator.snapshot().fragmentation().external()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void spans_and_what_was_released_lie_where_they_were_put(WriteStrategy strategy) {
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).initialPadding(false).build()) {
      Span first = allocator.allocate(100);
      Span second = allocator.allocate(64);
      allocator.allocate(1);
      allocator.release(second);
      BlockSnapshot block = allocator.snapshot().blocks().getFirst();
      long size = block.byteSize();
      assertThat(block.place().address()).isEqualTo(first.address());
      assertThat(block.areas())
          .containsExactly(
              new Area(AreaKind.USED, 0, 128),
              new Area(AreaKind.FREE, 128, 64),
              new Area(AreaKind.USED, 192, 64),
              new Area(AreaKind.FREE, 256, size - 256));
    }
  }

  @Test
  void padding_is_told_from_what_is_held() {
    try (JitAllocator allocator =
        JitAllocator.builder().initialPadding(true).quarantine(1 << 20).build()) {
      Span span = allocator.allocate(128);
      allocator.allocate(64);
      allocator.release(span);
      assertThat(allocator.snapshot().blocks().getFirst().areas())
          .extracting(Area::kind)
          .containsExactly(AreaKind.PADDING, AreaKind.HELD, AreaKind.USED, AreaKind.FREE);
    }
  }

  @Test
  void what_was_trimmed_is_shown_as_given_back_until_it_is_used_again() {
    try (JitAllocator allocator = JitAllocator.builder().initialPadding(false).build()) {
      Span large = allocator.allocate(40 << 10);
      Span last = allocator.allocate(64);
      allocator.write(large, new byte[40 << 10]);
      allocator.release(large);
      long given = allocator.trim();
      Fragmentation figures = allocator.snapshot().fragmentation();
      assertThat(figures.parkedBytes()).isEqualTo(given).isPositive();
      assertAgrees(allocator);
      allocator.reset(ResetPolicy.SOFT);
      assertThat(allocator.snapshot().fragmentation().parkedBytes()).isZero();
      assertThat(last.toString()).isNotEmpty();
    }
  }

  @Test
  void what_is_left_of_sealed_pages_is_held() {
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(WriteStrategy.SEAL).initialPadding(false).build()) {
      try (WriteScope scope = allocator.writeScope()) {
        scope.write(scope.allocate(64), new byte[64]);
        scope.write(scope.allocate(64), new byte[64]);
      }
      long page = allocator.virtMem().pages().byteSize();
      assertThat(allocator.snapshot().blocks().getFirst().areas().subList(0, 3))
          .containsExactly(
              new Area(AreaKind.USED, 0, 64),
              new Area(AreaKind.USED, 64, 64),
              new Area(AreaKind.HELD, 128, page - 128));
    }
  }

  @Test
  void guard_pages_are_told_by_their_size() {
    try (JitAllocator plain = JitAllocator.create();
        JitAllocator hardened = JitAllocator.builder().hardened().build()) {
      plain.allocate(64);
      hardened.allocate(64);
      assertThat(guard(plain)).isZero();
      assertThat(guard(hardened)).isEqualTo(hardened.virtMem().pages().granularity());
    }
  }

  private static long guard(JitAllocator allocator) {
    return allocator.snapshot().blocks().getFirst().place().guardByteSize();
  }

  @Test
  void a_closed_allocator_is_refused() {
    JitAllocator allocator = JitAllocator.create();
    allocator.close();
    assertThatIllegalStateException()
        .isThrownBy(allocator::snapshot)
        .withMessage("the allocator is closed");
  }

  @ParameterizedTest
  @CsvSource({
    "DIRECT,false,1",
    "DUAL,false,2",
    "SEAL,false,3",
    "DUAL,true,4",
    "SEAL,true,5",
    "DIRECT,true,6"
  })
  void areas_tile_each_block_and_agree_with_spans_and_statistics(
      WriteStrategy strategy, boolean hardened, long seed) {
    Random random = new Random(seed);
    JitAllocatorBuilder builder = JitAllocator.builder().multiplePools(random.nextBoolean());
    builder = hardened ? builder.hardened().randomSeed(seed) : builder;
    try (JitAllocator allocator = builder.strategy(strategy).build()) {
      List<Span> live = new ArrayList<>();
      for (int step = 0; step < 3_000; step++) {
        act(allocator, live, random);
        if (step % 100 == 99) {
          assertTiled(allocator.snapshot());
          assertShows(allocator.snapshot(), live);
          assertAgrees(allocator);
        }
      }
    }
  }

  private static void act(JitAllocator allocator, List<Span> live, Random random) {
    int dice = random.nextInt(100);
    if (dice < 55 || live.isEmpty()) {
      live.add(allocator.allocate(1 + random.nextInt(dice < 3 ? 60_000 : 2_000)));
    } else if (dice < 98) {
      allocator.release(live.remove(random.nextInt(live.size())));
    } else {
      allocator.trim();
    }
  }

  private static void assertTiled(HeapSnapshot heap) {
    for (BlockSnapshot block : heap.blocks()) {
      long at = 0;
      AreaKind last = AreaKind.USED;
      for (Area area : block.areas()) {
        assertThat(area.offset()).isEqualTo(at);
        assertThat(area.kind() == AreaKind.USED || area.kind() != last).isTrue();
        at = area.end();
        last = area.kind();
      }
      assertThat(at).isEqualTo(block.byteSize());
    }
  }

  private static void assertShows(HeapSnapshot heap, List<Span> live) {
    Map<Long, Long> shown = new TreeMap<>();
    for (BlockSnapshot block : heap.blocks()) {
      for (Area area : block.areas()) {
        if (area.kind() == AreaKind.USED) {
          shown.put(block.place().address() + area.offset(), area.byteSize());
        }
      }
    }
    Map<Long, Long> known = new TreeMap<>();
    live.forEach(span -> known.put(span.address(), span.byteSize()));
    assertThat(shown).isEqualTo(known);
  }

  private static void assertAgrees(JitAllocator allocator) {
    AllocatorStatistics statistics = allocator.statistics();
    HeapSnapshot heap = allocator.snapshot();
    Fragmentation figures = heap.fragmentation();
    assertThat(heap.blocks()).hasSize((int) statistics.blockCount());
    assertThat(figures.spanCount()).isEqualTo(statistics.spanCount());
    assertThat(figures.usedBytes()).isEqualTo(statistics.usedBytes());
    assertThat(figures.heldBytes()).isEqualTo(statistics.heldBytes());
    assertThat(figures.reservedBytes()).isEqualTo(statistics.reservedBytes());
    assertThat(figures.committedBytes()).isEqualTo(statistics.committedBytes());
    assertThat(figures.usedOfReserved()).isEqualTo(statistics.usedRatio());
  }
}
