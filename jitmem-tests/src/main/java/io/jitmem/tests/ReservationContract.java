package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The part of the contract about reservations and what is behind their parts. */
abstract class ReservationContract extends NearPlacementContract {
  @Test
  void reserves_exactly_if_it_says_so() {
    if (virtMem().capabilities().allows(Ability.RESERVE)) {
      withReservation(reserved -> requireProtection(reserved, Protection.NONE));
      return;
    }
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    long half = bytes() / 2;
    requireRefusal(() -> virtMem().reserve(reservedBytes(), Placement.anywhere()));
    requireRefusal(() -> virtMem().commit(memory, Protection.RW));
    requireRefusal(() -> virtMem().decommit(memory));
    requireRefusal(() -> virtMem().commitDual(memory.asSlice(0, half), memory.asSlice(half)));
    virtMem().release(memory);
  }

  @Test
  void refuses_to_reserve_a_size_that_is_not_whole_granules() {
    if (lacksReservations()) {
      return;
    }
    for (long size : new long[] {0, -1, 1, virtMem().pages().granularity() + 1, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().reserve(size, Placement.anywhere()))
          .withMessageContaining(String.valueOf(size));
    }
  }

  @Test
  void commits_zeroed_pages_under_each_protection_and_no_others() {
    if (lacksReservations()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment part = pages(reserved, 1, 2);
      for (Protection protection : Protection.values()) {
        if (protection == Protection.RWX && !virtMem().capabilities().allows(Ability.RWX)) {
          continue;
        }
        virtMem().commit(part, protection);
        requireProtection(part, protection);
        requireProtection(pages(reserved, 0, 1), Protection.NONE);
        requireProtection(pages(reserved, 3, 1), Protection.NONE);
        virtMem().decommit(part);
        requireProtection(part, Protection.NONE);
      }
    });
  }

  @Test
  void commits_anew_with_zeros_and_leaves_the_other_pages_alone() {
    if (lacksReservations()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment part = pages(reserved, 0, 4);
      virtMem().commit(part, Protection.RW);
      requireZeros(part);
      part.fill((byte) 0x5a);
      MemorySegment middle = pages(reserved, 1, 2);
      virtMem().decommit(middle);
      requireProtection(middle, Protection.NONE);
      virtMem().commit(middle, Protection.RW);
      requireZeros(middle);
      assertThat(pages(reserved, 0, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
      assertThat(pages(reserved, 3, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    });
  }

  @Test
  void protects_committed_pages_of_a_reservation_only() {
    if (lacksReservations()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment part = pages(reserved, 1, 2);
      assertThatIllegalStateException().isThrownBy(() -> virtMem().protect(part, Protection.RW));
      virtMem().commit(part, Protection.RW);
      part.fill((byte) 0x5a);
      virtMem().protect(part, Protection.R);
      requireProtection(part, Protection.R);
      assertThat(part.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
      assertThatIllegalStateException()
          .isThrownBy(() -> virtMem().protect(pages(reserved, 2, 2), Protection.RW));
      requireProtection(pages(reserved, 2, 1), Protection.R);
    });
  }

  @Test
  void refuses_to_commit_what_is_committed_and_changes_nothing() {
    if (lacksReservations()) {
      return;
    }
    withReservation(reserved -> {
      virtMem().commit(pages(reserved, 1, 1), Protection.R);
      for (MemorySegment part : List.of(pages(reserved, 1, 1), pages(reserved, 0, 3))) {
        assertThatIllegalStateException().isThrownBy(() -> virtMem().commit(part, Protection.RW));
      }
      requireProtection(pages(reserved, 0, 1), Protection.NONE);
      requireProtection(pages(reserved, 1, 1), Protection.R);
      virtMem().decommit(reserved);
      virtMem().decommit(reserved);
      virtMem().commit(reserved, Protection.RW);
    });
  }

  @Test
  void commits_only_whole_pages_of_its_own_reservations() {
    if (lacksReservations()) {
      return;
    }
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    memory.fill((byte) 1);
    long page = virtMem().pages().byteSize();
    withReservation(reserved -> {
      try (Arena arena = Arena.ofConfined()) {
        for (MemorySegment part :
            List.of(
                reserved.asSlice(1, page),
                reserved.asSlice(0, page - 1),
                reserved.asSlice(0, 0),
                memory,
                arena.allocate(page, page),
                MemorySegment.ofArray(new byte[(int) page]))) {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> virtMem().commit(part, Protection.RW));
          assertThatIllegalArgumentException().isThrownBy(() -> virtMem().decommit(part));
        }
      }
      requireProtection(reserved, Protection.NONE);
    });
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
    virtMem().release(memory);
  }

  @Test
  void releases_a_reservation_as_a_whole_and_ends_its_life() {
    if (lacksReservations()) {
      return;
    }
    MemorySegment reserved = virtMem().reserve(reservedBytes(), Placement.anywhere());
    MemorySegment part = pages(reserved, 0, 1);
    virtMem().commit(part, Protection.RW);
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(part));
    virtMem().release(reserved);
    assertThatIllegalStateException().isThrownBy(() -> part.get(ValueLayout.JAVA_BYTE, 0));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().release(reserved));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().commit(part, Protection.RW));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().decommit(part));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().protect(part, Protection.R));
  }

  @Test
  void commits_different_parts_of_a_reservation_from_many_threads() throws Exception {
    if (lacksReservations()) {
      return;
    }
    MemorySegment reserved = virtMem().reserve(reservedBytes(), Placement.anywhere());
    try (ExecutorService threads = Executors.newFixedThreadPool(PAGES)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < PAGES; i++) {
        MemorySegment part = pages(reserved, i, 1);
        byte mark = (byte) (i + 1);
        all.add(threads.submit(() -> commitAndDecommit(part, mark)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    virtMem().release(reserved);
  }

  private void commitAndDecommit(MemorySegment part, byte mark) {
    for (int round = 0; round < 100; round++) {
      virtMem().commit(part, Protection.RW);
      requireZeros(part);
      part.fill(mark);
      assertThat(part.toArray(ValueLayout.JAVA_BYTE)).containsOnly(mark);
      virtMem().decommit(part);
    }
  }
}
