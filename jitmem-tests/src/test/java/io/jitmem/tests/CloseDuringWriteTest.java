package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.ResetPolicy;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory that is being written stays mapped until the write is over, whatever is done meanwhile.
 */
class CloseDuringWriteTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_writer_finishes_its_write_and_then_the_memory_goes(boolean inRange) {
    JitAllocator allocator = dual(inRange);
    Span span = allocator.allocate(5000);
    Consumer<MemorySegment> writer =
        memory -> {
          allocator.close();
          assertThat(ProcessMaps.ourMappings()).isNotEmpty();
          memory.fill((byte) 1);
        };
    allocator.write(span, writer);
    assertThat(ProcessMaps.ourMappings()).isEmpty();
    assertThatIllegalStateException().isThrownBy(() -> allocator.write(span, new byte[1]));
    allocator.close();
  }

  @Test
  void so_does_a_write_scope() {
    JitAllocator allocator = dual(false);
    Span span = allocator.allocate(100);
    try (WriteScope scope = allocator.writeScope()) {
      scope.write(span, new byte[100]);
      allocator.close();
      assertThatIllegalStateException().isThrownBy(() -> scope.write(span, new byte[1]));
      assertThat(ProcessMaps.ourMappings()).isNotEmpty();
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void a_block_that_a_reset_drops_goes_after_the_write() {
    try (JitAllocator allocator = dual(false)) {
      Span span = allocator.allocate(100);
      AtomicBoolean wrote = new AtomicBoolean();
      allocator.write(
          span,
          memory -> {
            allocator.reset(ResetPolicy.HARD);
            assertThat(allocator.statistics().reservedBytes()).isZero();
            memory.fill((byte) 1);
            wrote.set(true);
          });
      assertThat(wrote).isTrue();
      assertThat(ProcessMaps.ourMappings()).isEmpty();
      assertThatIllegalStateException().isThrownBy(() -> allocator.release(span));
      allocator.verify();
    }
  }

  private static JitAllocator dual(boolean inRange) {
    return inRange
        ? JitAllocator.builder().strategy(WriteStrategy.DUAL).range(1 << 20).build()
        : JitAllocator.builder().strategy(WriteStrategy.DUAL).build();
  }
}
