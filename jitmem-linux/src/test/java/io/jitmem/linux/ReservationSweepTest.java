package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each system call of each operation on reservations is made to fail in turn. */
class ReservationSweepTest {
  private static final long BYTES = 64 << 10;
  private static final int EIO = 5;
  private static final int ENOMEM = 12;
  private static final int EACCES = 13;
  private static final int EEXIST = 17;

  private final FaultyBinder system = new FaultyBinder();
  private final LinuxVirtMem memory =
      new LinuxVirtMem(
          LinuxAbi.of(Architecture.of(System.getProperty("os.arch")).orElseThrow()), system);
  private final MemorySegment reserved = memory.reserve(4 * BYTES, Placement.anywhere());
  private final MemorySegment rx = reserved.asSlice(0, BYTES);
  private final MemorySegment rw = reserved.asSlice(2 * BYTES, BYTES);

  @BeforeEach
  void the_page_size_is_known() {
    memory.pages();
  }

  @AfterEach
  void nothing_is_left() {
    system.failNothing();
    memory.release(reserved);
    assertThat(system.left()).isEmpty();
  }

  @Test
  void a_reservation_that_the_system_refuses_leaves_nothing() {
    system.failAt(0, ENOMEM);
    refused(() -> memory.reserve(BYTES, Placement.anywhere()), Kind.OUT_OF_MEMORY);
    system.failAt(0, ENOMEM);
    refused(() -> memory.reserve(BYTES, near()), Kind.OUT_OF_MEMORY);
    assertThat(system.left()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void the_next_gap_is_taken_when_somebody_was_faster(int collisions) {
    system.failTimes("mmap", EEXIST, collisions);
    MemorySegment placed = memory.reserve(BYTES, near());
    assertThat(system.calls()).hasSize(collisions + 1).containsOnly("mmap");
    memory.release(placed);
  }

  @Test
  void a_race_that_others_always_win_comes_to_an_end() {
    system.failAlways("mmap", EEXIST);
    refused(() -> memory.reserve(BYTES, near()), Kind.OUT_OF_MEMORY);
    assertThat(system.calls().size()).isLessThan(100_000);
  }

  @Test
  void what_an_old_kernel_maps_elsewhere_is_unmapped() {
    system.ignoreNoReplace();
    refused(() -> memory.reserve(BYTES, near()), Kind.OUT_OF_MEMORY);
    assertThat(system.calls()).contains("munmap");
    assertThat(system.left()).hasSize(1);
  }

  @Test
  void a_failing_commit_leaves_the_pages_reserved() {
    system.failAt(0, EACCES);
    refused(() -> memory.commit(rx, Protection.RWX), Kind.PERMISSION_DENIED);
    requireReserved();
    system.failNothing();
    memory.commit(rx, Protection.RW);
    rx.fill((byte) 1);
  }

  @Test
  void a_failing_decommit_leaves_private_pages_committed() {
    memory.commit(rx, Protection.RW);
    rx.fill((byte) 1);
    system.failAt(0, ENOMEM);
    refused(() -> memory.decommit(rx), Kind.OUT_OF_MEMORY);
    assertThat(rx.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    memory.protect(rx, Protection.R);
    memory.decommit(rx);
    requireReserved();
  }

  @Test
  void a_failing_decommit_leaves_both_views_mapped() {
    memory.commitDual(rx, rw);
    for (int call = 0; call < 2; call++) {
      system.failAt(call, ENOMEM);
      refused(() -> memory.decommit(rw), Kind.OUT_OF_MEMORY);
      rw.set(ValueLayout.JAVA_LONG, 0, 42);
      assertThat(rx.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
    }
    system.failNothing();
    memory.decommit(reserved);
    requireReserved();
  }

  @Test
  void a_view_is_decommitted_where_files_cannot_have_holes() {
    memory.commitDual(rx, rw);
    system.failAlways("madvise", LinuxErrors.EOPNOTSUPP);
    memory.decommit(rw);
    memory.decommit(rx);
    requireReserved();
  }

  @Test
  void two_views_are_undone_wherever_they_fail() {
    system.failNothing();
    memory.commitDual(rx, rw);
    List<String> calls = List.copyOf(system.calls());
    assertThat(calls)
        .containsExactly("getrlimit", "memfd_create", "ftruncate", "mmap", "mmap", "close");
    memory.decommit(reserved);
    for (String each : List.of("getrlimit", "ftruncate", "close")) {
      system.failAlways(each, EIO);
      Throwable failure = catchThrowable(() -> memory.commitDual(rx, rw));
      assertThat(failure).isInstanceOf(VirtMemException.class).hasMessageContaining(each + "(");
      system.cleanUp();
      requireReserved();
    }
  }

  /** One refusal only, so the next way of the ladder does it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void the_next_mechanism_is_taken_when_one_fails(int call) {
    system.failAt(call, EIO);
    memory.commitDual(rx, rw);
    assertThat(system.calls()).contains("shm_open");
    rw.set(ValueLayout.JAVA_LONG, 8, 7);
    assertThat(rx.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(7);
    memory.decommit(rw);
    memory.decommit(rx);
    requireReserved();
  }

  @Test
  void views_that_cannot_be_mapped_leave_both_ranges_reserved() {
    // Of a mechanism that maps the first view, these are: that view, the other, both put back.
    system.failWhere("mmap", ENOMEM, index -> index % 4 == 1);
    refused(() -> memory.commitDual(rx, rw), Kind.OUT_OF_MEMORY);
    requireReserved();
    // And of one that does not: that view, both put back.
    system.failWhere("mmap", ENOMEM, index -> index % 3 == 0);
    refused(() -> memory.commitDual(rx, rw), Kind.OUT_OF_MEMORY);
    requireReserved();
    system.failNothing();
    memory.commit(rx, Protection.R);
    assertThat(rx.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void a_failing_discard_changes_nothing() {
    memory.commit(rx, Protection.RW);
    rx.fill((byte) 1);
    DualMapping dual = memory.allocateDual(BYTES);
    dual.rw().fill((byte) 1);
    system.failAlways("madvise", LinuxErrors.EOPNOTSUPP);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.discard(dual.rw()))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.NOT_SUPPORTED))
        .withMessageContaining("MADV_REMOVE")
        .withMessageContaining("the file system cannot take back parts");
    refused(() -> memory.discard(rx), Kind.NOT_SUPPORTED);
    assertThat(rx.toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
    assertThat(dual.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(1);
    memory.release(dual);
  }

  @Test
  void a_reservation_that_cannot_be_unmapped_is_tried_again() {
    MemorySegment other = memory.reserve(BYTES, Placement.anywhere());
    MemorySegment later = memory.reserve(BYTES, Placement.anywhere());
    system.failAlways("munmap", ENOMEM);
    refused(() -> memory.release(other), Kind.OUT_OF_MEMORY);
    system.failNothing();
    assertThatNoException().isThrownBy(() -> memory.release(later));
    assertThat(system.left()).hasSize(1);
  }

  private Placement near() {
    return Placement.near(reserved.address(), 1L << 30);
  }

  private static void refused(Runnable operation, Kind kind) {
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(operation::run)
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind));
  }

  /** The kernel's word for it: private pages without access, all of them, and no file. */
  private void requireReserved() {
    long end = reserved.address() + reserved.byteSize();
    long at = reserved.address();
    for (String line : maps()) {
      String[] bounds = line.substring(0, line.indexOf(' ')).split("-", 2);
      if (Long.parseUnsignedLong(bounds[0], 16) <= at && at < Long.parseLong(bounds[1], 16)) {
        assertThat(line).contains(" ---p 00000000 00:00 0");
        at = Long.parseLong(bounds[1], 16);
      }
      if (at >= end) {
        break;
      }
    }
    assertThat(at).as("mapped up to").isGreaterThanOrEqualTo(end);
    assertThat(system.left()).hasSize(1);
  }

  private static List<String> maps() {
    try {
      return Files.readAllLines(Path.of("/proc/self/maps"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
