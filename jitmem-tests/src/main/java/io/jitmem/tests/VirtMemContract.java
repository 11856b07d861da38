package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every backend promises, as JUnit 5 tests. Subclass it, say which backend is meant, and run
 * it.
 *
 * <p>What the backend does not claim in its {@link VirtMem#capabilities()} must refuse, with {@link
 * UnsupportedOperationException} or {@link io.jitmem.virtmem.VirtMemException}; that is tested
 * instead, so no test is skipped but where the system does not tell what is mapped, and those of
 * {@link io.jitmem.virtmem.spi.FileMarking} where the backend is none.
 *
 * <p>Covered are sizes, addresses and lifetimes; protections, as {@link #probe()} finds them;
 * errors with their kind and call; each option, kept or refused; the truth of capabilities; dual
 * mappings by each mechanism; reservations, near placement and two views in them; memory that is
 * populated or discarded; files that are marked; use by many threads at once; and, with {@link
 * #mappedBytes()}, that nothing leaks.
 */
@DisplayName("A backend")
public abstract class VirtMemContract extends ConcurrencyContract {
  /** For subclasses. */
  protected VirtMemContract() {}

  @Test
  void has_a_name() {
    assertThat(virtMem().name()).isNotBlank();
  }

  @Test
  void gives_its_page_sizes_and_keeps_to_them() {
    assertThat(virtMem().pages()).isEqualTo(virtMem().pages());
    assertThat(virtMem().pages().byteSize()).isBetween(4096L, 64L << 10);
  }

  @Test
  void maps_zeroed_memory_of_the_size_asked_for_at_an_aligned_address() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try {
      assertThat(memory.isNative()).isTrue();
      assertThat(memory.byteSize()).isEqualTo(bytes());
      assertThat(memory.address() % virtMem().pages().granularity()).isZero();
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void maps_memory_that_overlaps_nothing_else_of_it() {
    List<MemorySegment> all = new ArrayList<>();
    try {
      for (int i = 0; i < 16; i++) {
        MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
        assertThat(all).allSatisfy(other -> assertThat(overlap(memory, other)).isFalse());
        all.add(memory);
      }
    } finally {
      all.forEach(virtMem()::release);
    }
  }

  @Test
  void refuses_a_size_that_is_not_whole_pages() {
    long page = virtMem().pages().byteSize();
    for (long size :
        new long[] {0, 1, -1, -page, page - 1, page + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().allocate(size, Protection.RW))
          .withMessageContaining(Long.toString(size));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().allocateDual(size))
          .withMessageContaining(Long.toString(size));
    }
  }

  @Test
  void enforces_each_protection_that_it_claims_to_give() {
    for (Protection protection : Protection.values()) {
      if (protection == Protection.RWX && !virtMem().capabilities().allows(Ability.RWX)) {
        continue;
      }
      MemorySegment memory = virtMem().allocate(bytes(), protection);
      try {
        requireProtection(memory, protection);
      } finally {
        virtMem().release(memory);
      }
    }
  }

  @Test
  void changes_the_protection_of_a_part_and_keeps_the_contents() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try {
      memory.fill((byte) 0x5a);
      MemorySegment second =
          memory.asSlice(virtMem().pages().byteSize(), virtMem().pages().byteSize());
      for (Protection protection : List.of(Protection.R, Protection.NONE, Protection.RW)) {
        virtMem().protect(second, protection);
        requireProtection(second, protection);
        requireProtection(memory.asSlice(2 * virtMem().pages().byteSize()), Protection.RW);
      }
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x5a);
      assertThat(second.get(ValueLayout.JAVA_BYTE, 100)).isEqualTo((byte) 0x5a);
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void refuses_to_protect_what_is_not_whole_pages_of_its_own() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try (Arena arena = Arena.ofConfined()) {
      long page = virtMem().pages().byteSize();
      for (MemorySegment part :
          List.of(
              memory.asSlice(1, page),
              memory.asSlice(0, page - 1),
              memory.asSlice(0, 0),
              arena.allocate(page, page),
              MemorySegment.ofArray(new byte[(int) page]))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> virtMem().protect(part, Protection.R));
      }
      requireProtection(memory, Protection.RW);
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void ends_the_life_of_a_segment_when_it_is_released() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    MemorySegment slice = memory.asSlice(8, 8);
    virtMem().release(memory);
    assertThatIllegalStateException().isThrownBy(() -> slice.get(ValueLayout.JAVA_BYTE, 0));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().release(memory));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().protect(memory, Protection.R));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().flushInstructionCache(memory));
  }

  @Test
  void leaves_later_memory_alone_when_earlier_memory_is_released_twice() {
    MemorySegment earlier = virtMem().allocate(bytes(), Protection.RW);
    virtMem().release(earlier);
    MemorySegment later = virtMem().allocate(bytes(), Protection.RW);
    try {
      assertThatIllegalStateException().isThrownBy(() -> virtMem().release(earlier));
      later.fill((byte) 1);
    } finally {
      virtMem().release(later);
    }
  }

  @Test
  void refuses_to_release_a_part_or_what_is_not_its_own() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try (Arena arena = Arena.ofConfined()) {
      long page = virtMem().pages().byteSize();
      for (MemorySegment other :
          List.of(
              memory.asSlice(0, page),
              memory.asSlice(page),
              arena.allocate(page, page),
              MemorySegment.ofArray(new byte[(int) page]))) {
        assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(other));
      }
      memory.fill((byte) 1);
    } finally {
      virtMem().release(memory);
    }
  }
}
