package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.fault.FaultPlan;
import io.jitmem.tests.fault.FaultyVirtMem;
import io.jitmem.tests.fault.Operation;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Memory under the per-thread write switch, on a simulated system that has one. */
class MapJitTest {
  private final SimulatedVirtMem memory =
      SimulatedVirtMem.builder()
          .backed(64 << 20)
          .pageByteSize(16 << 10)
          .allow(Ability.MAP_JIT)
          .refuse(Ability.RWX, "only under the write switch")
          .build();

  private final FaultyVirtMem counted = new FaultyVirtMem(memory, FaultPlan.none());

  private JitAllocatorBuilder builder() {
    return JitAllocator.builder().virtMem(counted).strategy(WriteStrategy.MAP_JIT);
  }

  /** No thread is ever left in the state in which it could not go on. */
  @AfterEach
  void no_switch_is_on_and_nothing_is_mapped() {
    assertThat(memory.isJitSwitchOn()).isFalse();
    memory.requireNothingMapped();
  }

  @Test
  void a_store_through_a_segment_fails_at_once() {
    MemorySegment jit = memory.allocate(16 << 10, Protection.RWX, MappingOptions.NONE.withMapJit());
    assertThatIllegalArgumentException().isThrownBy(() -> jit.fill((byte) 1));
    memory.release(jit);
  }

  @Test
  void every_write_is_one_call_of_the_backend() {
    try (JitAllocator allocator = builder().build()) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.MAP_JIT);
      Span span = allocator.allocate(200);
      allocator.write(span, new byte[] {1, 2, 3});
      allocator.write(span, 100, MemorySegment.ofArray(new byte[] {4}));
      assertThat(counted.calls(Operation.WRITE_JIT)).isEqualTo(2);
      allocator.write(span, all -> all.set(JAVA_BYTE, 50, (byte) 5));
      assertThat(counted.calls(Operation.WRITE_JIT)).isEqualTo(3);
      try (WriteScope scope = allocator.writeScope()) {
        scope.write(span, 51, MemorySegment.ofArray(new byte[] {6}));
      }
      byte[] expected = new byte[256];
      expected[0] = 1;
      expected[1] = 2;
      expected[2] = 3;
      expected[50] = 5;
      expected[51] = 6;
      expected[100] = 4;
      assertThat(memory.processor().read(span.address(), 256)).isEqualTo(expected);
      memory.processor().requireExecutable(span.address(), 256);
      allocator.verify();
    }
  }

  @Test
  void a_writer_that_throws_leaves_the_switch_off_and_what_it_wrote() {
    try (JitAllocator allocator = builder().build()) {
      Span span = allocator.allocate(64);
      assertThatExceptionOfType(ArithmeticException.class)
          .isThrownBy(() ->
              allocator.write(
                  span,
                  all -> {
                    assertThat(memory.isJitSwitchOn()).isFalse();
                    all.set(JAVA_BYTE, 0, (byte) 9);
                    throw new ArithmeticException();
                  }));
      assertThat(memory.processor().read(span.address(), 1)).containsExactly(9);
      allocator.release(span);
    }
  }

  @Test
  void unused_memory_is_filled_through_the_backend() {
    try (JitAllocator allocator = builder().fillPattern(0x04030201).build()) {
      Span span = allocator.allocate(64);
      assertThat(memory.processor().read(span.address() + 64, 4)).containsExactly(1, 2, 3, 4);
      allocator.write(span, new byte[64]);
      allocator.release(span);
      assertThat(memory.processor().read(span.address(), 4)).containsExactly(1, 2, 3, 4);
      allocator.verify();
    }
  }

  @Test
  void it_is_chosen_where_neither_rwx_nor_two_views_are_to_be_had() {
    SimulatedVirtMem hardened =
        SimulatedVirtMem.builder()
            .backed(64 << 20)
            .allow(Ability.MAP_JIT)
            .refuse(Ability.RWX, "only under the write switch")
            .refuse(Ability.DUAL_MAPPING, "no second view")
            .build();
    try (JitAllocator allocator = JitAllocator.builder().virtMem(hardened).build()) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.MAP_JIT);
      assertThat(allocator.statistics().strategyReason())
          .contains("only under the write switch")
          .contains("no second view");
      Span span = allocator.allocate(64);
      allocator.write(span, new byte[64]);
      hardened.processor().requireExecutable(span.address(), 64);
    }
    hardened.requireNothingMapped();
  }

  @Test
  void threads_write_and_execute_side_by_side() throws Exception {
    try (JitAllocator allocator = builder().build();
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> workers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        byte stamp = (byte) (i + 1);
        workers.add(() -> work(allocator, stamp));
      }
      for (Future<Void> each : threads.invokeAll(workers)) {
        each.get();
      }
      allocator.verify();
      assertThat(allocator.statistics().spanCount()).isZero();
    }
  }

  private Void work(JitAllocator allocator, byte stamp) {
    byte[] code = new byte[300];
    Arrays.fill(code, stamp);
    for (int i = 0; i < 500; i++) {
      Span span = allocator.allocate(300);
      allocator.write(span, code);
      memory.processor().requireExecutable(span.address(), 300);
      assertThat(memory.processor().read(span.address(), 300)).isEqualTo(code);
      allocator.release(span);
    }
    return null;
  }
}
