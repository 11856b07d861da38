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

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks in one reservation. */
class AllocatorRangeTest {
  private static final long RANGE = 16 << 20;

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void spans_of_all_blocks_are_within_reach_of_each_other_and_hold_what_is_written(
      WriteStrategy strategy) {
    try (JitAllocator allocator = JitAllocator.builder().strategy(strategy).range(RANGE).build()) {
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        Span span = allocator.allocate(5000);
        allocator.write(span, new byte[] {(byte) i, (byte) (i >> 8)});
        spans.add(span);
      }
      assertThat(allocator.statistics().blockCount()).isGreaterThan(3);
      long least = spans.stream().mapToLong(Span::address).min().orElseThrow();
      long most =
          spans.stream().mapToLong(span -> span.address() + span.byteSize()).max().orElseThrow();
      assertThat(most - least).isLessThanOrEqualTo(RANGE);
      for (int i = 0; i < spans.size(); i++) {
        assertThat(spans.get(i).entry().get(ValueLayout.JAVA_SHORT_UNALIGNED, 0))
            .isEqualTo((short) i);
      }
      allocator.verify();
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void a_full_range_says_so_with_figures_and_serves_again_after_a_release(WriteStrategy strategy) {
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).range(1 << 20).build()) {
      List<Span> spans = new ArrayList<>();
      assertThatExceptionOfType(CapacityException.class)
          .isThrownBy(() -> {
            while (true) {
              spans.add(allocator.allocate(10_000));
            }
          })
          .satisfies(full -> {
            assertThat(full.requestedBytes()).isEqualTo(10_000);
            assertThat(full.figures().limitBytes()).isEqualTo(1 << 20);
            assertThat(full.figures().reservedBytes()).isEqualTo(1 << 20);
            assertThat(full.figures().usedBytes())
                .isEqualTo(spans.size() * 10_048L)
                .isGreaterThan(1_000_000);
          })
          .withMessageContaining("no room for a span of 10000 bytes")
          .withMessageContaining("may have 1048576 bytes");
      allocator.release(spans.removeFirst());
      spans.add(allocator.allocate(10_000));
      spans.forEach(allocator::release);
      allocator.verify();
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      // The space of the other blocks has become one again.
      assertThat(allocator.allocate(500_000).byteSize()).isGreaterThanOrEqualTo(500_000);
    }
  }

  /** It can hold code that was executed, at the same addresses. */
  @Test
  void a_block_where_another_was_is_published_with_a_synchronisation() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    int[] synchronisations = {0};
    doAnswer(call -> ++synchronisations[0]).when(system).synchronizeCores();
    try (JitAllocator allocator =
        JitAllocator.builder()
            .virtMem(system)
            .strategy(WriteStrategy.DUAL)
            .range(RANGE)
            .immediateRelease(true)
            .build()) {
      Span first = allocator.allocate(100);
      allocator.write(first, new byte[1]);
      assertThat(synchronisations[0]).isZero();
      allocator.release(first);
      Span second = allocator.allocate(100);
      assertThat(second.address()).isEqualTo(first.address());
      assertThat(second.entry().get(ValueLayout.JAVA_BYTE, 0)).isZero();
      allocator.write(second, new byte[1]);
      assertThat(synchronisations[0]).isEqualTo(1);
    }
  }

  @Test
  void half_of_a_range_is_tried_where_the_system_refuses_the_whole() {
    VirtMem system = systemThatReservesAtMost(4 << 20);
    try (JitAllocator allocator =
        JitAllocator.builder()
            .virtMem(system)
            .strategy(WriteStrategy.DUAL)
            .range(64 << 20)
            .build()) {
      allocator.allocate(100);
      assertThat(allocator.statistics().limitBytes()).isEqualTo(4 << 20);
    }
  }

  @Test
  void a_range_that_is_of_no_use_is_refused_with_every_attempt() {
    VirtMem system = systemThatReservesAtMost(4 << 20);
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(system).range(64 << 20, 16 << 20).build()) {
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.allocate(100))
          .withMessage("no range of 16777216 to 67108864 bytes can be had anywhere")
          .satisfies(refused -> assertThat(refused.getSuppressed()).hasSize(3));
    }
  }

  private static VirtMem systemThatReservesAtMost(long most) {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    doAnswer(
            call -> {
              long byteSize = call.getArgument(0);
              if (byteSize > most) {
                throw new VirtMemException(Kind.OUT_OF_MEMORY, "not so much");
              }
              return VirtMem.host().reserve(byteSize, call.getArgument(1));
            })
        .when(system)
        .reserve(anyLong(), any());
    return system;
  }

  @Test
  void a_second_view_that_fails_leaves_nothing() {
    VirtMem system = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    doThrow(new VirtMemException(Kind.PERMISSION_DENIED, "no"))
        .when(system)
        .prepareDual(any(), any());
    int before = ProcessMaps.lines().size();
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(system).strategy(WriteStrategy.DUAL).range(RANGE).build()) {
      for (int i = 0; i < 100; i++) {
        assertThatExceptionOfType(VirtMemException.class)
            .isThrownBy(() -> allocator.allocate(100))
            .withMessage("no");
      }
      assertThat(ProcessMaps.lines().size()).isLessThan(before + 50);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL", "SEAL"})
  void spans_near_an_address_are_wholly_within_the_distance(WriteStrategy strategy) {
    long address = Linker.nativeLinker().defaultLookup().findOrThrow("printf").address();
    long distance = Integer.MAX_VALUE;
    try (JitAllocator allocator =
        JitAllocator.builder().strategy(strategy).near(address, distance).build()) {
      for (int i = 0; i < 500; i++) {
        Span span = allocator.allocate(5000);
        assertThat(Math.abs(span.address() - address)).isLessThanOrEqualTo(distance);
        assertThat(Math.abs(span.address() + span.byteSize() - 1 - address))
            .isLessThanOrEqualTo(distance);
      }
      assertThat(allocator.statistics().limitBytes()).isLessThanOrEqualTo(1 << 30);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 1 << 15, 100_000, 1L << 41})
  void other_ranges_are_refused(long byteSize) {
    JitAllocatorBuilder builder = JitAllocator.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.range(byteSize))
        .withMessage("range is a power of two from 65536 to 1099511627776, not " + byteSize);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.range(1 << 20, byteSize))
        .withMessageContaining("least range is a power of two from 65536 to 1048576");
  }

  @Test
  void a_range_has_room_for_a_block_and_a_distance_for_a_range() {
    JitAllocatorBuilder builder = JitAllocator.builder().range(1 << 16).blockSize(1 << 20);
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessage("range is at least a block of 1048576 bytes, not 65536");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JitAllocator.builder().near(1 << 20, 65_535))
        .withMessage("distance is at least 65536, not 65535");
  }

  @Test
  void a_block_has_no_place_for_calls_of_one_that_could_not_be_closed_to_them() {
    SimulatedVirtMem phantom = SimulatedVirtMem.builder().listsCallTargets().build();
    FaultyVirtMem memory = new FaultyVirtMem(phantom.guardingBranches(), FaultPlan.none());
    try (JitAllocator allocator =
        JitAllocator.builder()
            .virtMem(memory)
            .strategy(WriteStrategy.DUAL)
            .range(1 << 20)
            .build()) {
      Span first = allocator.allocate(1000);
      allocator.write(first, new byte[0]);
      assertThat(phantom.callTargets()).containsExactly(first.address());
      memory.follow(FaultPlan.parse("clearCallTargets: fail EIO"));
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.reset(ResetPolicy.HARD));
      assertThat(allocator.allocate(1000).address()).isEqualTo(first.address());
      assertThat(phantom.callTargets()).isEmpty();
    }
    phantom.requireNothingMapped();
  }
}
