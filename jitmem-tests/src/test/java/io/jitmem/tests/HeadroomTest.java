package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Priority;
import io.jitmem.allocator.Span;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits, and what is kept for requests that must succeed. */
class HeadroomTest {
  private static final long LIMIT = 1 << 20;
  private static final long HEADROOM = 128 << 10;

  @Test
  void the_headroom_is_for_what_must_succeed_alone() {
    try (JitAllocator allocator = JitAllocator.builder().limit(LIMIT).headroom(HEADROOM).build()) {
      fill(allocator, Priority.ORDINARY);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(LIMIT - HEADROOM);
      List<Span> kept = fill(allocator, Priority.MUST_SUCCEED);
      assertThat(kept.size() * 1024L).isBetween(HEADROOM - 4096, HEADROOM);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(LIMIT);
      allocator.release(kept.removeFirst());
      assertThatExceptionOfType(CapacityException.class).isThrownBy(() -> allocator.allocate(1024));
      allocator.allocate(1024, Priority.MUST_SUCCEED);
      allocator.verify();
      assertThat(allocator.statistics().headroomBytes()).isEqualTo(HEADROOM);
    }
  }

  @Test
  void what_must_succeed_takes_ordinary_memory_while_there_is_any() {
    try (JitAllocator allocator = JitAllocator.builder().limit(LIMIT).headroom(HEADROOM).build()) {
      fill(allocator, Priority.MUST_SUCCEED);
      assertThat(allocator.statistics().reservedBytes()).isEqualTo(LIMIT);
      assertThat(allocator.statistics().usedBytes()).isGreaterThan(LIMIT * 9 / 10);
    }
  }

  @Test
  void pressure_rises_to_one() {
    try (JitAllocator unlimited = JitAllocator.create();
        JitAllocator limited = JitAllocator.builder().limit(LIMIT).build()) {
      unlimited.allocate(100_000);
      assertThat(unlimited.pressure()).isZero();
      double before = limited.pressure();
      assertThat(before).isZero();
      for (int i = 0; i < 10; i++) {
        limited.allocate(50_000);
        assertThat(limited.pressure()).isGreaterThan(before);
        before = limited.pressure();
      }
      List<Span> rest = fill(limited, Priority.ORDINARY);
      assertThat(limited.pressure()).isBetween(0.95, 1.0);
      rest.forEach(limited::release);
      assertThat(limited.pressure()).isLessThan(0.6);
    }
  }

  @Test
  void a_refusal_changes_nothing_and_has_the_figures() {
    try (JitAllocator allocator = JitAllocator.builder().limit(LIMIT).headroom(HEADROOM).build()) {
      fill(allocator, Priority.ORDINARY);
      var before = allocator.statistics();
      assertThatExceptionOfType(CapacityException.class)
          .isThrownBy(() -> allocator.allocate(5000))
          .withMessageContaining("131072 are kept for MUST_SUCCEED")
          .satisfies(full ->
              assertThat(full.figures())
                  .isEqualTo(
                      new CapacityException.Figures(
                          LIMIT, HEADROOM, before.reservedBytes(), before.usedBytes(), 0)));
      assertThat(allocator.statistics()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, 65_535, 65_537})
  void limits_are_whole_blocks(long byteSize) {
    JitAllocatorBuilder builder = JitAllocator.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.limit(byteSize))
        .withMessage("limit is a multiple of 65536 from 65536 on, not " + byteSize);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.headroom(byteSize))
        .withMessage("headroom is a multiple of 65536 from 0 on, not " + byteSize);
  }

  @Test
  void the_first_block_of_a_range_leaves_the_headroom_alone() {
    try (JitAllocator allocator = JitAllocator.builder().range(LIMIT).headroom(LIMIT / 2).build()) {
      assertThat(allocator.statistics().limitBytes()).isEqualTo(LIMIT);
      assertThatExceptionOfType(CapacityException.class)
          .isThrownBy(() -> allocator.allocate(600_000));
      allocator.allocate(500_000);
      allocator.allocate(500_000, Priority.MUST_SUCCEED);
    }
  }

  /** The first request is what finds that out. */
  @Test
  void a_range_that_the_system_halves_has_its_headroom_from_the_first_block_on() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    doAnswer(
            call -> {
              long byteSize = call.getArgument(0);
              if (byteSize > LIMIT) {
                throw new VirtMemException(VirtMemException.Kind.OUT_OF_MEMORY, "not so much");
              }
              return VirtMem.host().reserve(byteSize, call.getArgument(1));
            })
        .when(system)
        .reserve(anyLong(), any());
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(system).range(4 * LIMIT).headroom(LIMIT / 2).build()) {
      assertThatExceptionOfType(CapacityException.class)
          .isThrownBy(() -> allocator.allocate(600_000))
          .satisfies(full -> assertThat(full.figures().limitBytes()).isEqualTo(LIMIT));
      assertThat(allocator.statistics().reservedBytes()).isZero();
      allocator.allocate(500_000);
      allocator.allocate(500_000, Priority.MUST_SUCCEED);
      allocator.verify();
    }
  }

  @Test
  void headroom_is_part_of_something_larger() {
    assertThatIllegalArgumentException()
        .isThrownBy(JitAllocator.builder().headroom(HEADROOM)::build)
        .withMessageContaining("unlike 131072");
    assertThatIllegalArgumentException()
        .isThrownBy(JitAllocator.builder().limit(HEADROOM).headroom(HEADROOM)::build);
    JitAllocator.builder().range(LIMIT).headroom(HEADROOM).build().close();
  }

  private static List<Span> fill(JitAllocator allocator, Priority priority) {
    List<Span> spans = new ArrayList<>();
    assertThatExceptionOfType(CapacityException.class)
        .isThrownBy(() -> {
          while (true) {
            spans.add(allocator.allocate(1024, priority));
          }
        });
    return spans;
  }
}
