package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_view_that_the_system_does_not_take_back_does_not_keep_the_other(boolean guards) {
    VirtMem host = mock(VirtMem.class, delegatesTo(VirtMem.host()));
    List<MemorySegment> reserved = new ArrayList<>();
    doAnswer(
            call -> {
              reserved.add(VirtMem.host().reserve(call.getArgument(0), call.getArgument(1)));
              return reserved.getLast();
            })
        .when(host)
        .reserve(anyLong(), any());
    FaultyVirtMem system = new FaultyVirtMem(host, FaultPlan.parse("release: fail EIO"));
    JitAllocatorBuilder builder =
        JitAllocator.builder().virtMem(system).strategy(WriteStrategy.DUAL).guardPages(guards);
    JitAllocator allocator = guards ? builder.build() : builder.range(1 << 20).build();
    allocator.allocate(10_000);
    assertThat(ProcessMaps.ourMappings()).hasSize(2);
    assertThatExceptionOfType(VirtMemException.class).isThrownBy(allocator::close);
    // The call that failed was not passed on, so the first view is still there.
    assertThat(ProcessMaps.ourMappings()).hasSize(1);
    VirtMem.host().release(reserved.getFirst());
    assertThat(ProcessMaps.ourMappings()).isEmpty();
    assertThat(system.calls(Operation.RELEASE)).isEqualTo(2);
  }
}
