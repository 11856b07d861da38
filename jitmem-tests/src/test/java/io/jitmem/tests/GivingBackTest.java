package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import org.junit.jupiter.api.Test;

/** Blocks that go back while a call of the backend fails. */
class GivingBackTest {
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
}
