package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of the contract about memory that is put behind pages before they are touched. */
abstract class PopulateContract extends OptionContract {
  @Test
  void populates_pages_and_keeps_what_they_hold_and_allow() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    requirePopulated(memory, memory);
    requireProtection(memory, Protection.RW);
    virtMem().release(memory);
  }

  @Test
  void populates_memory_with_two_views_through_the_writable_one() {
    if (lacksDualMapping()) {
      return;
    }
    DualMapping dual = virtMem().allocateDual(bytes());
    requirePopulated(dual.rw(), dual.rx());
    requireProtection(dual.rx(), Protection.RX);
    virtMem().release(dual);
  }

  @Test
  void populates_committed_pages_of_a_reservation() {
    if (lacksReservations()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment part = pages(reserved, 0, 4);
      virtMem().commit(part, Protection.RW);
      requirePopulated(part, part);
      virtMem().decommit(part);
      requireProtection(reserved, Protection.NONE);
    });
  }

  @Test
  void ignores_or_refuses_to_populate_what_are_not_whole_pages_of_its_own() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    memory.fill((byte) 0x5a);
    try (Arena arena = Arena.ofConfined()) {
      long page = virtMem().pages().byteSize();
      for (MemorySegment part :
          List.of(memory.asSlice(1, page), memory.asSlice(0, 0), arena.allocate(page, page))) {
        attempt(part, IllegalArgumentException.class);
      }
    }
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    virtMem().release(memory);
    attempt(memory, IllegalStateException.class);
  }

  /** Of four pages, all zero, the first is written and those in the middle are populated. */
  private void requirePopulated(MemorySegment written, MemorySegment seen) {
    pages(written, 0, 1).fill((byte) 0x5a);
    virtMem().populate(pages(written, 1, 2));
    requireZeros(pages(seen, 1, 3));
    virtMem().populate(written);
    requireZeros(pages(seen, 1, 3));
    assertThat(pages(seen, 0, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    written.fill((byte) 1);
    assertThat(seen.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
  }

  private void attempt(MemorySegment range, Class<? extends RuntimeException> refusal) {
    try {
      virtMem().populate(range);
    } catch (RuntimeException refused) {
      assertThat(refused).isInstanceOf(refusal);
    }
  }
}
