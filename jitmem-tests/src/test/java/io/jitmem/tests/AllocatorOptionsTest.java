package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.PoolStatistics;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each option changes. */
@SuppressWarnings("restricted") // looks at memory beyond a span
class AllocatorOptionsTest {
  @ParameterizedTest
  @ValueSource(ints = {64, 128, 256})
  void granularity_is_what_sizes_and_addresses_are_multiples_of(int granularity) {
    try (JitAllocator allocator = JitAllocator.builder().granularity(granularity).build()) {
      for (int size = 1; size < 1000; size += 37) {
        Span span = allocator.allocate(size);
        assertThat(span.byteSize())
            .isEqualTo((size + granularity - 1L) / granularity * granularity);
        assertThat(span.address() % granularity).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32, 63, 65, 96, 512, -64, Integer.MAX_VALUE})
  void other_granularities_are_refused(int granularity) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JitAllocator.builder().granularity(granularity))
        .withMessage("granularity is a power of two from 64 to 256, not " + granularity);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 32 << 10, 65_537, 100_000, 512L << 20, -65_536, Long.MAX_VALUE})
  void other_block_sizes_are_refused(long blockSize) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JitAllocator.builder().blockSize(blockSize))
        .withMessage("block size is a power of two from 65536 to 268435456, not " + blockSize);
  }

  @Test
  void a_write_switch_is_refused_where_there_is_none_and_where_it_cannot_be() {
    try (JitAllocator allocator = JitAllocator.builder().strategy(WriteStrategy.MAP_JIT).build()) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> allocator.allocate(100))
          .withMessageContaining("MAP_JIT");
    }
    for (JitAllocatorBuilder reserved :
        List.of(JitAllocator.builder().range(1 << 20), JitAllocator.builder().guardPages(true))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reserved.strategy(WriteStrategy.MAP_JIT).build())
          .withMessageContaining("cannot be reserved");
    }
  }

  @Test
  void each_block_is_twice_as_large_as_the_one_before_up_to_a_limit() {
    try (JitAllocator allocator = JitAllocator.builder().blockSize(65_536).build()) {
      long reserved = 0;
      long blockSize = 65_536;
      while (allocator.statistics().blockCount() < 6) {
        allocator.allocate(4096);
        if (allocator.statistics().reservedBytes() != reserved) {
          assertThat(allocator.statistics().reservedBytes() - reserved).isEqualTo(blockSize);
          reserved = allocator.statistics().reservedBytes();
          blockSize *= 2;
        }
      }
    }
  }

  @Test
  void a_span_that_fits_no_block_gets_one_of_its_own() {
    try (JitAllocator allocator = JitAllocator.create()) {
      Span large = allocator.allocate(10_000_000);
      assertThat(large.byteSize()).isGreaterThanOrEqualTo(10_000_000);
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      assertThat(allocator.statistics().reservedBytes()).isLessThan(10_200_000);
      allocator.write(large, large.byteSize() - 1, MemorySegment.ofArray(new byte[] {1}));
      allocator.verify();
    }
  }

  @Test
  void the_first_granule_of_a_block_stays_unused_unless_asked_otherwise() {
    try (JitAllocator padded = JitAllocator.create();
        JitAllocator plain = JitAllocator.builder().initialPadding(false).build()) {
      assertThat(padded.allocate(1).address() % 65_536 % 4096).isEqualTo(64);
      Span first = plain.allocate(1);
      assertThat(first.address() % 4096).isZero();
      Span rest = plain.allocate(65_536 - 64);
      assertThat(rest.address()).isEqualTo(first.address() + 64);
      assertThat(plain.statistics().usedRatio()).isEqualTo(1.0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> padded.release(padded.allocate(1).address() - 128));
    }
  }

  @Test
  void one_empty_block_is_kept_and_serves_the_next_request() {
    try (JitAllocator allocator = JitAllocator.create()) {
      List<Span> spans = fill(allocator, 4);
      spans.forEach(allocator::release);
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      assertThat(allocator.statistics().usedBytes()).isZero();
      long reserved = allocator.statistics().reservedBytes();
      allocator.allocate(64);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(reserved);
    }
  }

  @Test
  void no_empty_block_is_kept_with_immediate_release() {
    try (JitAllocator allocator = JitAllocator.builder().immediateRelease(true).build()) {
      List<Span> spans = fill(allocator, 4);
      for (Span span : spans) {
        allocator.release(span);
        allocator.verify();
      }
      assertThat(allocator.statistics().blockCount()).isZero();
      assertThat(allocator.statistics().reservedBytes()).isZero();
      allocator.allocate(64);
      allocator.reset(ResetPolicy.SOFT);
      assertThat(allocator.statistics().blockCount()).isZero();
    }
  }

  /** The mapping of a new block is where another thread can get in between. */
  @Test
  void a_block_does_not_stay_empty_because_room_was_made_while_it_was_mapped() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    try (JitAllocator allocator =
        JitAllocator.builder()
            .virtMem(system)
            .strategy(WriteStrategy.DIRECT)
            .immediateRelease(true)
            .build()) {
      List<Span> spans = fill(allocator, 2);
      doAnswer(
              mapping -> {
                allocator.release(spans.removeFirst());
                return VirtMem.host().allocate(mapping.getArgument(0), mapping.getArgument(1));
              })
          .when(system)
          .allocate(anyLong(), any());
      while (allocator.statistics().blockCount() < 3) {
        spans.add(allocator.allocate(1000));
      }
      allocator.verify();
      spans.forEach(allocator::release);
      assertThat(allocator.statistics().blockCount()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 64",
    "64, 64",
    "65, 128",
    "128, 128",
    "192, 64",
    "256, 256",
    "257, 64",
    "300, 64",
    "384, 128",
    "512, 256",
    "1000, 256"
  })
  void multiple_pools_take_each_size_to_the_coarsest_that_wastes_nothing(
      int size, int granularity) {
    try (JitAllocator allocator = JitAllocator.builder().multiplePools(true).build()) {
      Span span = allocator.allocate(size);
      assertThat(span.byteSize()).isEqualTo((size + 63L) / 64 * 64);
      assertThat(span.address() % granularity).isZero();
      assertThat(allocator.statistics().pools())
          .filteredOn(pool -> pool.spanCount() == 1)
          .extracting(PoolStatistics::granularity)
          .containsExactly(granularity);
      assertThat(allocator.statistics().pools())
          .extracting(PoolStatistics::granularity)
          .containsExactly(64, 128, 256);
      allocator.release(span.address());
      allocator.verify();
    }
  }

  @Test
  void multiple_pools_start_at_the_finest_granularity() {
    JitAllocatorBuilder builder = JitAllocator.builder().multiplePools(true).granularity(128);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("64, not 128");
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void new_and_released_memory_is_filled_before_anybody_can_get_it(WriteStrategy strategy) {
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).fillPattern(0x04030201).build()) {
      Span kept = allocator.allocate(64);
      Span span = allocator.allocate(256);
      requirePattern(span.entry());
      allocator.write(span, new byte[256]);
      allocator.shrink(span, 100);
      MemorySegment block = kept.entry().reinterpret(1024);
      requirePattern(block.asSlice(64 + 128, 128));
      allocator.release(span);
      requirePattern(block.asSlice(64, 256));
      Span again = allocator.allocate(256);
      requirePattern(again.entry());
      allocator.release(again.address());
      requirePattern(block.asSlice(64, 256));
    }
  }

  @Test
  void a_block_that_cannot_be_filled_is_given_back() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    doThrow(new UnsupportedOperationException("no flush here"))
        .when(system)
        .flushInstructionCache(any());
    try (JitAllocator allocator =
        JitAllocator.builder()
            .virtMem(system)
            .strategy(WriteStrategy.DUAL)
            .fillUnusedMemory(true)
            .build()) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> allocator.allocate(64))
          .withMessage("no flush here");
      assertThat(allocator.statistics().blockCount()).isZero();
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void memory_is_filled_with_what_traps_on_this_cpu_by_default() {
    try (JitAllocator allocator = JitAllocator.builder().fillUnusedMemory(true).build()) {
      int word = allocator.allocate(64).entry().get(ValueLayout.JAVA_INT, 0);
      assertThat(word).isIn(0xcccccccc, 0xd4200000, 0x00100073);
    }
  }

  @Test
  void bookkeeping_takes_less_than_one_percent() {
    try (JitAllocator allocator = JitAllocator.create()) {
      for (int i = 0; i < 100_000; i++) {
        allocator.allocate(8 + i % 1024);
      }
      assertThat(allocator.statistics().overheadRatio()).isLessThan(0.01);
    }
  }

  private static List<Span> fill(JitAllocator allocator, int blockCount) {
    List<Span> spans = new ArrayList<>();
    while (allocator.statistics().blockCount() < blockCount) {
      spans.add(allocator.allocate(1000));
    }
    return spans;
  }

  private static void requirePattern(MemorySegment memory) {
    for (long at = 0; at < memory.byteSize(); at += 4) {
      assertThat(memory.get(ValueLayout.JAVA_INT, at)).isEqualTo(0x04030201);
    }
  }
}
