package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The hardened preset, as a whole and in parts. */
@SuppressWarnings("restricted") // looks at memory after its release
class HardenedTest {
  @Test
  void the_preset_has_two_views_and_traps_and_guards_and_a_quarantine() {
    try (JitAllocator allocator = JitAllocator.builder().hardened().build()) {
      assertThat(allocator.strategy()).isEqualTo(WriteStrategy.DUAL);
      Span span = allocator.allocate(256);
      int trap = span.entry().get(ValueLayout.JAVA_INT, 0);
      assertThat(trap).isIn(0xcccccccc, 0xd4200000, 0x00100073);
      allocator.write(span, new byte[256]);
      MemorySegment after = MemorySegment.ofAddress(span.address()).reinterpret(256);
      allocator.release(span);
      assertThat(after.get(ValueLayout.JAVA_INT, 0)).isEqualTo(trap);
      assertThat(allocator.statistics().heldBytes()).isEqualTo(256);
      assertThat(allocator.statistics().usedBytes()).isZero();
      allocator.verify();
    }
    assertThat(ProcessMaps.ourMappings()).isEmpty();
  }

  @Test
  void a_block_lies_between_pages_that_nobody_can_access() {
    try (JitAllocator allocator = JitAllocator.builder().guardPages(true).build()) {
      Span span = allocator.allocate(100);
      ProcessMaps.Line block = ProcessMaps.at(span.address()).orElseThrow();
      assertThat(block.protection()).isEqualTo(Protection.RWX);
      assertThat(ProcessMaps.at(block.start() - 1).orElseThrow().protection())
          .isEqualTo(Protection.NONE);
      assertThat(ProcessMaps.at(block.end()).orElseThrow().protection()).isEqualTo(Protection.NONE);
    }
  }

  @Test
  void places_are_random_and_repeat_with_the_seed() {
    assertThat(offsets(1)).isEqualTo(offsets(1)).isNotEqualTo(offsets(2));
    assertThat(offsets(3)).isNotEqualTo(offsets(3).stream().sorted().toList());
  }

  /** Of one block, whose own address the system chooses. */
  private static List<Long> offsets(long seed) {
    try (JitAllocator allocator =
        JitAllocator.builder().blockSize(1 << 20).randomSeed(seed).build()) {
      List<Long> offsets = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        offsets.add(allocator.allocate(200).address());
      }
      assertThat(allocator.statistics().blockCount()).isEqualTo(1);
      long least = offsets.getFirst();
      return offsets.stream().map(address -> address - least).toList();
    }
  }

  @Test
  void released_memory_is_not_had_again_before_so_many_bytes_were_released() {
    try (JitAllocator allocator = JitAllocator.builder().quarantine(64 << 10).build()) {
      Set<Long> released = new HashSet<>();
      for (int i = 0; i < 64; i++) {
        Span span = allocator.allocate(1024);
        assertThat(released).doesNotContain(span.address());
        released.add(span.address());
        allocator.release(span);
        allocator.verify();
      }
      assertThat(allocator.statistics().heldBytes()).isEqualTo(64 << 10);
      for (int i = 0; i < 200; i++) {
        allocator.release(allocator.allocate(1024));
      }
      assertThat(allocator.statistics().heldBytes()).isEqualTo(64 << 10);
      assertThat(allocator.statistics().reservedBytes()).isLessThan(256 << 10);
    }
  }

  @Test
  void a_quarantine_is_not_negative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JitAllocator.builder().quarantine(-1))
        .withMessage("quarantine is 0 to 1099511627776 bytes, not -1");
  }
}
