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
  void commits_two_views_only_in_whole_pages_of_its_own_live_reservations() {
    if (lacksDualCommits()) {
      return;
    }
    MemorySegment released = virtMem().reserve(reservedBytes(), Placement.anywhere());
    virtMem().release(released);
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    withReservation(reserved -> {
      MemorySegment other = pages(reserved, 2, 1);
      for (MemorySegment part :
          List.of(reserved.asSlice(1, other.byteSize()), reserved.asSlice(0, 0), memory)) {
        assertThatIllegalArgumentException().isThrownBy(() -> virtMem().commitDual(part, other));
        assertThatIllegalArgumentException().isThrownBy(() -> virtMem().commitDual(other, part));
      }
      MemorySegment dead = pages(released, 0, 1);
      assertThatIllegalStateException().isThrownBy(() -> virtMem().commitDual(dead, other));
      assertThatIllegalStateException().isThrownBy(() -> virtMem().commitDual(other, dead));
      requireProtection(reserved, Protection.NONE);
    });
    virtMem().release(memory);
  }

  @Test
  void puts_the_same_bytes_behind_two_parts_of_one_reservation_or_of_two() {
    if (lacksDualCommits()) {
      return;
    }
    withReservation(one -> {
      virtMem().commitDual(pages(one, 0, 2), pages(one, 2, 2));
      requireSame(pages(one, 0, 2), pages(one, 2, 2));
      withReservation(other -> {
        virtMem().decommit(one);
        virtMem().commitDual(one, other);
        requireSame(one, other);
      });
      // The other view is gone with its reservation.
      assertThat(one.get(ValueLayout.JAVA_LONG_UNALIGNED, 8)).isEqualTo(~8L);
    });
  }

  @Test
  void keeps_the_writable_view_at_a_constant_distance() {
    if (lacksDualCommits()) {
      return;
    }
    withReservation(executable ->
        withReservation(writable -> {
          virtMem().commitDual(pages(executable, 0, 1), pages(writable, 0, 1));
          virtMem().commitDual(pages(executable, 1, 3), pages(writable, 1, 3));
          writable.asSlice(0, bytes()).fill((byte) 0x5a);
          assertThat(executable.asSlice(0, bytes()).toArray(ValueLayout.JAVA_BYTE))
              .containsOnly(0x5a);
          requireProtection(executable.asSlice(0, bytes()), Protection.RX);
        }));
  }

  @Test
  void keeps_the_protections_of_two_views() {
    if (lacksDualCommits()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment rx = pages(reserved, 0, 1);
      MemorySegment rw = pages(reserved, 2, 1);
      virtMem().commitDual(rx, rw);
      for (MemorySegment view : List.of(rx, rw)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> virtMem().protect(view, Protection.R));
        assertThatIllegalStateException().isThrownBy(() -> virtMem().commit(view, Protection.RW));
        assertThatIllegalStateException()
            .isThrownBy(() -> virtMem().commitDual(view, pages(reserved, 1, 1)));
        assertThatIllegalStateException()
            .isThrownBy(() -> virtMem().commitDual(pages(reserved, 1, 1), view));
      }
      requireProtection(rx, Protection.RX);
      requireProtection(rw, Protection.RW);
      requireProtection(pages(reserved, 1, 1), Protection.NONE);
    });
  }

  @Test
  void refuses_two_views_that_overlap_or_differ_in_size() {
    if (lacksDualCommits()) {
      return;
    }
    withReservation(reserved -> {
      for (MemorySegment rw : List.of(pages(reserved, 0, 2), pages(reserved, 1, 2))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> virtMem().commitDual(pages(reserved, 0, 2), rw));
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().commitDual(pages(reserved, 0, 2), pages(reserved, 2, 1)));
      requireProtection(reserved, Protection.NONE);
    });
  }

  @Test
  void decommits_each_of_two_views_by_itself() {
    if (lacksDualCommits()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment rx = pages(reserved, 0, 2);
      MemorySegment rw = pages(reserved, 2, 2);
      virtMem().commitDual(rx, rw);
      rw.fill((byte) 0x5a);
      virtMem().decommit(pages(reserved, 1, 1));
      requireProtection(pages(reserved, 1, 1), Protection.NONE);
      assertThat(rw.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
      virtMem().decommit(pages(reserved, 3, 1));
      requireProtection(pages(reserved, 3, 1), Protection.NONE);
      assertThat(pages(reserved, 0, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
      virtMem().commitDual(pages(reserved, 1, 1), pages(reserved, 3, 1));
      requireZeros(pages(reserved, 1, 1));
      requireSame(pages(reserved, 1, 1), pages(reserved, 3, 1));
      assertThat(pages(reserved, 0, 1).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    });
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

  private static void requireSame(MemorySegment rx, MemorySegment rw) {
    for (long at = 0; at < rw.byteSize(); at += 8) {
      rw.set(ValueLayout.JAVA_LONG_UNALIGNED, at, ~at);
      assertThat(rx.get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isEqualTo(~at);
    }
  }
}
