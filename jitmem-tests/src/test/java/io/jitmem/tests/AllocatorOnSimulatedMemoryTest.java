package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jitmem.allocator.CachePolicy;
import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteScope;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tests.simulated.SimulatedFault;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The allocator on systems that are not at hand. */
class AllocatorOnSimulatedMemoryTest {
  private static final long GIB = 1L << 30;

  /** The largest range, full: what it costs is the bookkeeping, 1.5 bytes for 1,000. */
  @Test
  void serves_a_tebibyte_and_gives_all_of_it_back() {
    assumeThat(Runtime.getRuntime().maxMemory())
        .as("bytes of Java heap, of which the bookkeeping takes 1.6 GB")
        .isGreaterThan(5 * GIB / 2);
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    try (JitAllocator allocator = inTebibyte(memory)) {
      List<Span> spans = allocateUntilFull(allocator);
      assertThat(spans).hasSize(1024);
      assertThat(allocator.statistics().usedBytes()).isEqualTo(1024 * GIB);
      assertThat(memory.committedBytes()).isEqualTo(1024 * GIB);
      System.out.printf(
          "a tebibyte of spans takes %,d bytes of bookkeeping%n",
          allocator.statistics().overheadBytes());
      spans.forEach(span -> requireFoundToTheEnd(allocator, span, GIB));
      spans.forEach(span -> allocator.shrink(span, 1));
      List<Span> second = new ArrayList<>();
      for (int i = 0; i < spans.size(); i++) {
        second.add(allocator.allocate(GIB - 256));
      }
      assertThat(allocator.statistics().usedBytes()).isEqualTo(1024 * GIB);
      second.forEach(span -> requireFoundToTheEnd(allocator, span, GIB - 256));
      spans.forEach(allocator::release);
      second.forEach(allocator::release);
      assertThat(allocator.statistics().usedBytes()).isZero();
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      allocator.verify();
    }
    memory.requireNothingMapped();
  }

  private static JitAllocator inTebibyte(SimulatedVirtMem memory) {
    return JitAllocator.builder()
        .virtMem(memory)
        .strategy(WriteStrategy.DUAL)
        .range(1024 * GIB)
        .granularity(256)
        .initialPadding(false)
        .build();
  }

  private static List<Span> allocateUntilFull(JitAllocator allocator) {
    List<Span> spans = new ArrayList<>();
    assertThatExceptionOfType(CapacityException.class)
        .isThrownBy(() -> {
          while (true) {
            spans.add(allocator.allocate(GIB));
          }
        });
    return spans;
  }

  private static void requireFoundToTheEnd(JitAllocator allocator, Span span, long byteSize) {
    for (long at : new long[] {0, byteSize / 2, byteSize - 1}) {
      Span found = allocator.query(span.address() + at).orElseThrow();
      assertThat(found.address()).isEqualTo(span.address());
      assertThat(found.byteSize()).isEqualTo(byteSize);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = WriteStrategy.class,
      names = {"DIRECT", "DUAL"})
  void publishes_code_so_that_every_core_executes_what_was_written(WriteStrategy strategy) {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().backed(64 << 20).build();
    try (JitAllocator allocator =
        JitAllocator.builder().virtMem(memory).strategy(strategy).build()) {
      for (int round = 0; round < 3; round++) {
        Span span = allocator.allocate(100);
        requirePublished(memory, allocator, span, (byte) (1 + round));
        requirePublished(memory, allocator, span, (byte) (17 + round));
        allocator.release(span);
      }
    }
    memory.requireNothingMapped();
  }

  @Test
  void publishes_sealed_code_so_that_every_core_executes_what_was_written() {
    SimulatedVirtMem memory =
        SimulatedVirtMem.builder()
            .backed(64 << 20)
            .refuse(Ability.RWX, "this system enforces W^X")
            .refuse(Ability.DUAL_MAPPING, "no second view")
            .build();
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.SEAL);
      assertThat(allocator.statistics().strategyReason())
          .contains("this system enforces W^X")
          .contains("no second view");
      for (int round = 0; round < 3; round++) {
        Span span = allocator.allocate(100_000);
        requirePublished(memory, allocator, span, (byte) (1 + round));
        assertThat(memory.protection(span.address())).contains(Protection.RX);
        allocator.release(span);
      }
      allocator.verify();
    }
    memory.requireNothingMapped();
  }

  @Test
  void says_so_where_no_strategy_is_allowed() {
    SimulatedVirtMem memory =
        SimulatedVirtMem.builder()
            .backed(64 << 20)
            .refuse(Ability.RWX, "this system enforces W^X")
            .refuse(Ability.RW_TO_RX, "what was writable stays so")
            .refuse(Ability.DUAL_MAPPING, "no second view")
            .build();
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> allocator.allocate(100))
          .withMessageContaining("no second view")
          .satisfies(refused ->
              assertThat(refused.getSuppressed())
                  .extracting(Throwable::getMessage)
                  .anyMatch(text -> text.contains("this system enforces W^X"))
                  .anyMatch(text -> text.contains("what was writable stays so")));
      memory.requireNothingMapped();
    }
  }

  @Test
  void code_that_nobody_flushed_is_not_executed() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().backed(64 << 20).build();
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      Span span = allocator.allocate(100);
      try (WriteScope scope = allocator.writeScope(CachePolicy.NEVER_FLUSH)) {
        scope.write(span, new byte[] {1, 2, 3});
      }
      assertThatExceptionOfType(SimulatedFault.class)
          .isThrownBy(() -> memory.processor().requireExecutable(span.address(), 3));
    }
  }

  private static void requirePublished(
      SimulatedVirtMem memory, JitAllocator allocator, Span span, byte mark) {
    byte[] code = new byte[(int) span.byteSize()];
    Arrays.fill(code, mark);
    allocator.write(span, code);
    memory.processor().requireExecutable(span.address(), code.length);
    assertThat(memory.processor().read(span.address(), code.length)).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(longs = {4 << 10, 16 << 10, 64 << 10})
  void keeps_to_write_xor_execute_with_pages_of_any_size(long pageByteSize) {
    SimulatedVirtMem memory =
        SimulatedVirtMem.builder()
            .backed(64 << 20)
            .pageByteSize(pageByteSize)
            .granularity(64 << 10)
            .refuse(Ability.RWX, "this system enforces W^X")
            .build();
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      Span span = allocator.allocate(100);
      requirePublished(memory, allocator, span, (byte) 1);
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.DUAL);
      assertThat(memory.protection(span.address()).orElseThrow().writable()).isFalse();
    }
    memory.requireNothingMapped();
  }

  @Test
  void says_that_memory_is_out_and_goes_on_when_some_has_come_back() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().memoryByteSize(1 << 20).build();
    try (JitAllocator allocator = JitAllocator.builder().virtMem(memory).build()) {
      List<Span> spans = new ArrayList<>();
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> {
            while (true) {
              spans.add(allocator.allocate(60_000));
            }
          })
          .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.OUT_OF_MEMORY));
      assertThat(spans).isNotEmpty();
      allocator.verify();
      allocator.release(spans.removeFirst());
      spans.add(allocator.allocate(60_000));
      spans.forEach(allocator::release);
    }
    memory.requireNothingMapped();
  }
}
