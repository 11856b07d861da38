package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blocks that go back while a call of the backend fails. */
class GivingBackTest {
  /** Where blocks lie, and so by which calls they go back. */
  enum Place {
    ANYWHERE,
    GUARDED,
    RANGE,
    GUARDED_RANGE;

    JitAllocator allocator(VirtMem system) {
      JitAllocatorBuilder builder =
          JitAllocator.builder().virtMem(system).strategy(WriteStrategy.DUAL);
      builder.guardPages(this == GUARDED || this == GUARDED_RANGE);
      return this == RANGE || this == GUARDED_RANGE
          ? builder.range(1 << 20).build()
          : builder.build();
    }

    /** Of one reservation that is left of two; in a range between guards, no block is committed. */
    int mappingsOfOne() {
      return this == GUARDED_RANGE ? 0 : 1;
    }
  }

  @Test
  void a_reset_that_cannot_fill_what_it_keeps_gives_the_rest_back() {
    FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
    try (JitAllocator allocator =
        JitAllocator.builder()
            .virtMem(system)
            .strategy(WriteStrategy.DUAL)
            .fillUnusedMemory(true)
            .build()) {
      while (allocator.statistics().blockCount() < 3) {
        allocator.allocate(10_000);
      }
      system.follow(FaultPlan.parse("flush: fail EIO"));
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> allocator.reset(ResetPolicy.SOFT));
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      assertThat(ProcessMaps.ourMappings()).hasSize(2);
      allocator.verify();
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void a_range_whose_memory_the_system_does_not_take_goes_as_a_whole() {
    FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.parse("discard: fail EIO"));
    JitAllocator allocator =
        JitAllocator.builder().virtMem(system).strategy(WriteStrategy.DUAL).range(16 << 20).build();
    allocator.allocate(10_000);
    assertThatExceptionOfType(VirtMemException.class).isThrownBy(allocator::close);
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void what_the_system_does_not_take_back_does_not_keep_the_rest_and_is_tried_again_at_close(
      Place place) {
    List<ProcessMaps.Line> before = ProcessMaps.ourMappings();
    FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
    JitAllocator allocator = place.allocator(system);
    allocator.allocate(10_000);
    system.follow(FaultPlan.parse("release: fail EIO*; releaseDual: fail EIO*"));
    assertThatExceptionOfType(VirtMemException.class).isThrownBy(allocator::close);
    assertThatExceptionOfType(VirtMemException.class).isThrownBy(allocator::close);
    system.follow(FaultPlan.parse("release: ok fail EIO*; releaseDual: ok fail EIO*"));
    if (place != Place.ANYWHERE) {
      assertThatExceptionOfType(VirtMemException.class).isThrownBy(allocator::close);
      assertThat(ProcessMaps.ourMappings()).hasSize(before.size() + place.mappingsOfOne());
    }
    system.follow(FaultPlan.none());
    allocator.close();
    allocator.close();
    assertThat(ProcessMaps.ourMappings()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void a_block_that_the_system_has_not_taken_back_before_goes_at_close(Place place) {
    List<ProcessMaps.Line> before = ProcessMaps.ourMappings();
    FaultyVirtMem system = new FaultyVirtMem(VirtMem.host(), FaultPlan.none());
    JitAllocator allocator = place.allocator(system);
    allocator.allocate(10_000);
    system.follow(FaultPlan.parse("release: fail EIO; releaseDual: fail EIO; decommit: fail EIO"));
    try {
      allocator.reset(ResetPolicy.HARD);
    } catch (VirtMemException refused) {
      assertThat(refused).hasMessageContaining("EIO");
    }
    allocator.verify();
    allocator.release(allocator.allocate(1000));
    system.follow(FaultPlan.none());
    allocator.close();
    assertThat(ProcessMaps.ourMappings()).isEqualTo(before);
  }
}
