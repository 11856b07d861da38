package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.nativecall.CapturedError;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import io.jitmem.virtmem.spi.FunctionTables;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each call of each operation is made to fail in turn, on Windows itself or over the shim: nothing
 * may be left, and the next try must work. What needs placeholders or a privilege is tried over the
 * shim alone.
 */
class FailureSweepTest {
  private static final long GRANULE = 64 << 10;
  private static final long PAGE = 4096;

  /** No code that means anything here. */
  private static final int ODD = 31;

  private static final boolean ON_WINDOWS = System.getProperty("os.name").startsWith("Windows");

  private final Optional<Shim> overShim = ON_WINDOWS ? Optional.empty() : Optional.of(Shim.open());
  private final FaultyBinder system =
      new FaultyBinder(
          overShim
              .map(Shim::binder)
              .orElseGet(() ->
                  new WindowsLinker(CapturedError.of("GetLastError"), UnaryOperator.identity())));
  private final WindowsVirtMem memory = new WindowsVirtMem(system, Architecture.X86_64);
  private long before;

  @BeforeEach
  void what_is_found_out_once_is_known() {
    memory.pages();
    memory.release(memory.reserve(GRANULE, Placement.anywhere()));
    before = left();
  }

  /** By the shim's books, too, which know of views and commit charge. */
  private long left() {
    return system.left().size() + overShim.map(Shim::left).orElse(0L);
  }

  private Shim shim() {
    assumeTrue(overShim.isPresent(), "this takes the shim");
    return overShim.orElseThrow();
  }

  @AfterEach
  void nothing_is_left() {
    assertThat(left()).as("%s", system.left()).isEqualTo(before);
  }

  /**
   * Fails each call of an operation; what it answers undoes it. A handle that cannot be closed is
   * left, of course, so those calls are tried by themselves.
   */
  private void sweep(Supplier<Runnable> operation, String... calls) {
    long left = left();
    system.failNothing();
    Runnable undo = operation.get();
    assertThat(system.calls()).containsExactly(calls);
    undo.run();
    for (int index = 0; index < calls.length; index++) {
      if (calls[index].equals("CloseHandle")) {
        continue;
      }
      system.failAt(index, ODD);
      Throwable failure = catchThrowable(operation::get);
      assertThat(failure)
          .as("after %s", system.calls())
          .isInstanceOf(VirtMemException.class)
          .hasMessageContaining(calls[index] + "(")
          .hasMessageContaining("error " + ODD);
      system.failNothing();
      assertThat(left()).as("left by %s", calls[index]).isEqualTo(left);
    }
    operation.get().run();
  }

  @Test
  void undoes_a_mapping() {
    sweep(
        () -> {
          MemorySegment mapped = memory.allocate(GRANULE, Protection.RWX);
          return () -> memory.release(mapped);
        },
        "VirtualAlloc");
  }

  @Test
  void unmaps_both_views_when_the_handle_cannot_be_closed() {
    system.failTimes("CloseHandle", ODD, 1);
    assertThat(catchThrowable(() -> memory.allocateDual(GRANULE)))
        .hasMessageContaining("CloseHandle(");
    assertThat(system.left()).hasSize(1).allMatch(left -> left.startsWith("handle"));
    before = left();
  }

  @Test
  void undoes_two_views_wherever_they_fail() {
    sweep(
        () -> {
          DualMapping dual = memory.allocateDual(GRANULE);
          return () -> memory.release(dual);
        },
        "CreateFileMappingW",
        "MapViewOfFile",
        "MapViewOfFile",
        "VirtualAlloc",
        "VirtualAlloc",
        "CloseHandle");
  }

  @Test
  void undoes_a_function_table_wherever_it_fails() {
    MemorySegment code = memory.allocate(GRANULE, Protection.RX);
    List<FunctionTables.Function> functions = List.of(new FunctionTables.Function(0, 16, GRANULE));
    sweep(() -> memory.add(code, functions)::close, "VirtualAlloc", "RtlAddGrowableFunctionTable");
    system.failSegments();
    assertThat(catchThrowable(() -> memory.add(code, functions)))
        .hasMessageContaining("no segment");
    system.failNothing();
    memory.release(code);
  }

  @Test
  void undoes_large_pages_wherever_they_fail() {
    shim().set(Shim.Setting.PRIVILEGE, 1);
    MappingOptions large = MappingOptions.NONE.withLargePages(2 << 20);
    sweep(
        () -> {
          MemorySegment mapped = memory.allocate(2 << 20, Protection.RW, large);
          return () -> memory.release(mapped);
        },
        "OpenProcessToken",
        "LookupPrivilegeValueW",
        "AdjustTokenPrivileges",
        "CloseHandle",
        "VirtualAlloc");
  }

  @Test
  void memory_with_a_list_of_call_targets_is_undone_wherever_it_fails() {
    shim().set(Shim.Setting.CFG, 1);
    VirtMem guarding = memory.guardingBranches();
    guarding.release(guarding.allocateDual(GRANULE));
    sweep(
        () -> {
          MemorySegment mapped = guarding.allocate(GRANULE, Protection.RW);
          return () -> guarding.release(mapped);
        },
        "VirtualAlloc",
        "VirtualProtect");
    sweep(
        () -> {
          DualMapping dual = guarding.allocateDual(GRANULE);
          return () -> guarding.release(dual);
        },
        "CreateFileMappingW",
        "MapViewOfFile",
        "MapViewOfFile",
        "VirtualAlloc",
        "VirtualAlloc",
        "CloseHandle");
    MemorySegment reserved = guarding.reserve(GRANULE, Placement.anywhere());
    MemorySegment part = reserved.asSlice(PAGE, PAGE);
    guarding.commit(part, Protection.RW);
    guarding.decommit(part);
    sweep(
        () -> {
          guarding.commit(part, Protection.RW);
          return () -> guarding.decommit(reserved);
        },
        "VirtualAlloc2",
        "VirtualProtect");
    guarding.release(reserved);
  }

  @Test
  void a_reservation_that_is_refused_leaves_nothing() {
    sweep(
        () -> {
          MemorySegment reserved = memory.reserve(GRANULE, Placement.anywhere());
          return () -> memory.release(reserved);
        },
        overShim.isPresent() ? "VirtualAlloc2" : "VirtualAlloc");
  }

  @Test
  void a_failing_commit_leaves_the_pages_reserved() {
    withReservation(reserved -> {
      MemorySegment part = reserved.asSlice(PAGE, PAGE);
      memory.commit(part, Protection.RW);
      memory.decommit(part);
      sweep(
          () -> {
            memory.commit(part, Protection.RW);
            return () -> memory.decommit(reserved);
          },
          overShim.isPresent() ? "VirtualAlloc2" : "VirtualAlloc");
    });
  }

  @Test
  void two_views_in_reservations_are_undone_wherever_they_fail() {
    shim();
    withReservation(reserved -> {
      MemorySegment rx = reserved.asSlice(0, PAGE);
      MemorySegment rw = reserved.asSlice(2 * PAGE, PAGE);
      memory.commitDual(rx, rw);
      memory.decommit(reserved);
      sweep(
          () -> {
            memory.commitDual(rx, rw);
            return () -> memory.decommit(reserved);
          },
          "CreateFileMappingW",
          "MapViewOfFile3",
          "MapViewOfFile3",
          "VirtualAlloc",
          "VirtualAlloc",
          "CloseHandle");
    });
  }

  @Test
  void views_that_cannot_be_populated_stay_as_they_are() {
    shim();
    withReservation(reserved -> {
      MemorySegment rw = reserved.asSlice(4 * PAGE, 2 * PAGE);
      memory.prepareDual(reserved.asSlice(0, 2 * PAGE), rw);
      memory.populate(rw.asSlice(0, PAGE));
      rw.set(ValueLayout.JAVA_LONG, 0, 42);
      system.failAlways("VirtualAlloc", WindowsErrors.ERROR_COMMITMENT_LIMIT);
      assertThatExceptionOfType(VirtMemException.class)
          .isThrownBy(() -> memory.populate(rw))
          .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.OUT_OF_MEMORY));
      assertThat(reserved.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      system.failNothing();
      memory.populate(rw);
      assertThat(rw.get(ValueLayout.JAVA_LONG, PAGE)).isZero();
    });
  }

  @Test
  void a_split_that_fails_is_no_harm() {
    shim();
    withReservation(reserved -> {
      MemorySegment part = reserved.asSlice(PAGE, PAGE);
      for (int call = 0; call < 2; call++) {
        system.failAt(call, ODD);
        assertThat(catchThrowable(() -> memory.commit(part, Protection.RW)))
            .hasMessageContaining("VirtualFree(")
            .hasMessageContaining("MEM_RELEASE|MEM_PRESERVE_PLACEHOLDER");
      }
      system.failNothing();
      memory.commit(part, Protection.RW);
      part.fill((byte) 1);
    });
  }

  @Test
  void a_failing_decommit_can_be_repeated() {
    shim();
    withReservation(reserved -> {
      MemorySegment rx = reserved.asSlice(0, PAGE);
      MemorySegment rw = reserved.asSlice(2 * PAGE, PAGE);
      memory.commitDual(rx, rw);
      for (MemorySegment view : new MemorySegment[] {rw, rx}) {
        system.failAt(0, ODD);
        assertThat(catchThrowable(() -> memory.decommit(view))).hasMessageContaining("error 31");
        rw.set(ValueLayout.JAVA_LONG, 0, 42);
        assertThat(rx.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      }
      system.failNothing();
      memory.decommit(reserved);
      memory.commit(reserved, Protection.RW);
    });
  }

  @Test
  void memory_that_is_not_taken_back_is_tried_again() {
    MemorySegment first = memory.allocate(GRANULE, Protection.RW);
    DualMapping second = memory.allocateDual(GRANULE);
    system.failTimes("VirtualFree", ODD, 1);
    assertThat(catchThrowable(() -> memory.release(first))).hasMessageContaining("VirtualFree(");
    assertThat(first.scope().isAlive()).isFalse();
    memory.release(second);
    assertThat(system.calls())
        .containsExactly("VirtualFree", "UnmapViewOfFile", "UnmapViewOfFile", "VirtualFree");
  }

  @Test
  void a_reservation_that_is_half_released_is_released_by_the_next_try() {
    shim();
    MemorySegment reserved = memory.reserve(GRANULE, Placement.anywhere());
    memory.commit(reserved.asSlice(0, PAGE), Protection.RW);
    system.failAt(1, ODD);
    assertThat(catchThrowable(() -> memory.release(reserved))).hasMessageContaining("VirtualFree(");
    memory.release(memory.allocate(GRANULE, Protection.RW));
  }

  @Test
  void pages_that_lose_their_memory_to_somebody_else_get_some_before_they_are_used_again() {
    MemorySegment mapped = memory.allocate(2 * PAGE, Protection.RWX);
    mapped.fill((byte) 1);
    system.failAlways("VirtualAlloc", WindowsErrors.ERROR_COMMITMENT_LIMIT);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.discard(mapped.asSlice(PAGE)))
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.OUT_OF_MEMORY))
        .withMessageContaining("the system's commit limit");
    system.failNothing();
    memory.populate(mapped);
    mapped.set(ValueLayout.JAVA_BYTE, PAGE + 1, (byte) 2);
    assertThat(mapped.get(ValueLayout.JAVA_BYTE, PAGE)).isZero();
    assertThat(mapped.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
    memory.release(mapped);
  }

  /** Each is an exception of its kind, and {@link #nothing_is_left} looks afterwards. */
  @ParameterizedTest
  @CsvSource({
    "CreateFileMappingW, 1455, ERROR_COMMITMENT_LIMIT, OUT_OF_MEMORY",
    "CreateFileMappingW, 1450, ERROR_NO_SYSTEM_RESOURCES, OUT_OF_MEMORY",
    "CreateFileMappingW, 4, ERROR_TOO_MANY_OPEN_FILES, TOO_MANY_HANDLES",
    "MapViewOfFile, 8, ERROR_NOT_ENOUGH_MEMORY, OUT_OF_MEMORY",
    "MapViewOfFile, 1655, ERROR_DYNAMIC_CODE_BLOCKED, PERMISSION_DENIED",
    "MapViewOfFile, 5, ERROR_ACCESS_DENIED, PERMISSION_DENIED",
    "VirtualAlloc, 1455, ERROR_COMMITMENT_LIMIT, OUT_OF_MEMORY",
    "VirtualAlloc, 87, ERROR_INVALID_PARAMETER, INVALID_ARGUMENT",
  })
  void running_out_of_something_is_told_by_its_kind(
      String function, int error, String name, Kind kind) {
    system.failAlways(function, error);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> memory.allocateDual(GRANULE))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind))
        .withMessageContaining(function + "(")
        .withMessageContaining(name + " (" + error + ")");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  void the_next_gap_is_taken_when_somebody_was_faster(int collisions) {
    WindowsVirtMem old = before10();
    system.failTimes("VirtualAlloc", WindowsErrors.ERROR_INVALID_ADDRESS, collisions);
    MemorySegment placed = old.reserve(GRANULE, Placement.near(4L << 30, 1L << 30));
    assertThat(system.calls().stream().filter("VirtualAlloc"::equals)).hasSize(collisions + 1);
    old.release(placed);
  }

  @Test
  void a_race_that_others_always_win_comes_to_an_end() {
    WindowsVirtMem old = before10();
    system.failAlways("VirtualAlloc", WindowsErrors.ERROR_INVALID_ADDRESS);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> old.reserve(GRANULE, Placement.near(4L << 30, 1L << 30)))
        .satisfies(failure -> assertThat(failure.kind()).isEqualTo(Kind.OUT_OF_MEMORY))
        .withMessageContaining("were taken by others");
    system.failNothing();
  }

  /** A system without the calls that came with version 10 1803. */
  private WindowsVirtMem before10() {
    for (String function : new String[] {"VirtualAlloc2", "MapViewOfFile3", "UnmapViewOfFile2"}) {
      system.lack(function);
    }
    WindowsVirtMem old = new WindowsVirtMem(system, Architecture.X86_64);
    old.release(old.reserve(GRANULE, Placement.anywhere()));
    return old;
  }

  private void withReservation(Consumer<MemorySegment> test) {
    MemorySegment reserved = memory.reserve(GRANULE, Placement.anywhere());
    try {
      test.accept(reserved);
    } finally {
      system.failNothing();
      memory.release(reserved);
    }
  }
}
