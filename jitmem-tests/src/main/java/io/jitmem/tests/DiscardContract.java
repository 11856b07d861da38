package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of the contract about memory that is given back while it stays mapped. */
abstract class DiscardContract extends DualMappingContract {
  @Test
  void discards_exactly_if_it_says_so() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    memory.fill((byte) 0x5a);
    if (virtMem().capabilities().allows(Ability.DISCARD)) {
      virtMem().discard(pages(memory, 1, 2));
      requireDiscarded(memory, memory);
      requireProtection(memory, Protection.RW);
    } else {
      requireRefusal(() -> virtMem().discard(memory));
    }
    virtMem().release(memory);
  }

  @Test
  void discards_shared_memory_and_both_views_of_a_dual_mapping() {
    if (lacksDiscard()) {
      return;
    }
    unlessUnsupported(MappingOptions.NONE.withShared()).ifPresent(this::requireDiscardOfShared);
    for (var mechanism : virtMem().capabilities().of(Ability.DUAL_MAPPING)) {
      if (mechanism.available()) {
        requireDiscardOfViews(MappingOptions.NONE.withMechanism(mechanism.mechanism()));
      }
    }
  }

  private void requireDiscardOfShared(MemorySegment shared) {
    shared.fill((byte) 0x5a);
    virtMem().discard(pages(shared, 1, 2));
    requireDiscarded(shared, shared);
    virtMem().release(shared);
  }

  private void requireDiscardOfViews(MappingOptions options) {
    DualMapping dual = virtMem().allocateDual(bytes(), options);
    dual.rw().fill((byte) 0x5a);
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().discard(dual.rx()));
    assertThat(dual.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    try {
      virtMem().discard(pages(dual.rw(), 1, 2));
      requireDiscarded(dual.rw(), dual.rx());
    } catch (VirtMemException refused) {
      assertThat(refused.kind()).isEqualTo(Kind.NOT_SUPPORTED);
      assertThat(dual.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    }
    requireProtection(dual.rx(), Protection.RX);
    requireProtection(dual.rw(), Protection.RW);
    virtMem().release(dual);
  }

  @Test
  void discards_committed_pages_of_a_reservation_only() {
    if (lacksReservations()) {
      return;
    }
    if (lacksDiscard()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment part = pages(reserved, 1, 2);
      assertThatIllegalStateException().isThrownBy(() -> virtMem().discard(part));
      virtMem().commit(part, Protection.RW);
      part.fill((byte) 1);
      assertThatIllegalStateException().isThrownBy(() -> virtMem().discard(pages(reserved, 2, 2)));
      virtMem().discard(pages(reserved, 1, 1));
      requireZeros(pages(reserved, 1, 1));
      requireProtection(part, Protection.RW);
      part.fill((byte) 2);
      virtMem().discard(part);
      requireZeros(part);
    });
  }

  @Test
  void discards_committed_pages_of_a_reservation_whatever_their_kind() {
    if (lacksDualCommits()) {
      return;
    }
    if (lacksDiscard()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment rx = pages(reserved, 0, 1);
      virtMem().commit(pages(reserved, 2, 1), Protection.RW);
      pages(reserved, 2, 1).fill((byte) 1);
      virtMem().commitDual(rx, pages(reserved, 1, 1));
      pages(reserved, 1, 1).fill((byte) 1);
      for (MemorySegment refused : List.of(rx, pages(reserved, 0, 2))) {
        assertThatIllegalArgumentException().isThrownBy(() -> virtMem().discard(refused));
      }
      assertThat(pages(reserved, 0, 3).toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
      virtMem().discard(pages(reserved, 1, 2));
      requireZeros(pages(reserved, 0, 3));
      requireProtection(pages(reserved, 2, 1), Protection.RW);
      pages(reserved, 1, 2).fill((byte) 2);
      assertThat(rx.toArray(ValueLayout.JAVA_BYTE)).containsOnly(2);
    });
  }

  @Test
  void refuses_to_discard_what_is_not_whole_pages_of_its_own() {
    if (lacksDiscard()) {
      return;
    }
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    memory.fill((byte) 1);
    try (Arena arena = Arena.ofConfined()) {
      long page = virtMem().pages().byteSize();
      for (MemorySegment part :
          List.of(
              memory.asSlice(1, page),
              memory.asSlice(0, page - 1),
              memory.asSlice(0, 0),
              arena.allocate(page, page),
              MemorySegment.ofArray(new byte[(int) page]))) {
        assertThatIllegalArgumentException().isThrownBy(() -> virtMem().discard(part));
      }
    }
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
    virtMem().release(memory);
    assertThatIllegalStateException().isThrownBy(() -> virtMem().discard(memory));
  }

  /** Whether nothing can be discarded; {@link #discards_exactly_if_it_says_so} tries it then. */
  private boolean lacksDiscard() {
    return !virtMem().capabilities().allows(Ability.DISCARD);
  }

  /** Of four pages, those in the middle were discarded; both views may be one. */
  private void requireDiscarded(MemorySegment written, MemorySegment seen) {
    requireZeros(pages(seen, 1, 2));
    assertThat(pages(seen, 0, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    assertThat(pages(seen, 3, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    written.fill((byte) 1);
    assertThat(seen.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
  }
}
