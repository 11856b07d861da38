package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of the contract about two views in reservations. */
abstract class ReservedViewsContract extends ReservationContract {
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
  void prepares_two_views_that_are_populated_before_they_are_touched() {
    if (lacksDualCommits()) {
      return;
    }
    withReservation(reserved -> {
      MemorySegment rx = pages(reserved, 0, 2);
      MemorySegment rw = pages(reserved, 2, 2);
      virtMem().prepareDual(rx, rw);
      virtMem().populate(pages(reserved, 3, 1));
      requireSame(pages(reserved, 1, 1), pages(reserved, 3, 1));
      requireProtection(pages(reserved, 1, 1), Protection.RX);
      requireProtection(pages(reserved, 3, 1), Protection.RW);
      virtMem().populate(rw);
      requireZeros(pages(rx, 0, 1));
      requireSame(rx, rw);
      virtMem().decommit(reserved);
      virtMem().prepareDual(rx, rw);
      virtMem().decommit(pages(reserved, 1, 1));
      virtMem().populate(rw);
      requireProtection(pages(reserved, 1, 1), Protection.NONE);
      virtMem().decommit(reserved);
      requireProtection(reserved, Protection.NONE);
    });
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

  private static void requireSame(MemorySegment rx, MemorySegment rw) {
    for (long at = 0; at < rw.byteSize(); at += 8) {
      rw.set(ValueLayout.JAVA_LONG_UNALIGNED, at, ~at);
      assertThat(rx.get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isEqualTo(~at);
    }
  }
}
