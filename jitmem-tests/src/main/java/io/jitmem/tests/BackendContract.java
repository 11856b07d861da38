package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the parts of the contract ask of a subclass, and their ways of looking at memory. */
abstract class BackendContract {
  static final int PAGES = 4;

  /**
   * The backend to be tested; always the same one.
   *
   * @return the backend
   */
  protected abstract VirtMem virtMem();

  /**
   * How to find out what may really be done with memory.
   *
   * @return a probe that asks the system, unless overridden
   */
  protected AccessProbe probe() {
    return new SystemCallProbe();
  }

  /**
   * The bytes that are mapped by the backend at this moment, by the system's own account.
   *
   * @return the number of bytes, or a negative number where the system does not tell
   */
  protected long mappedBytes() {
    return -1;
  }

  void requireProtection(MemorySegment memory, Protection expected) {
    assertThat(probe().readable(memory))
        .as("readable under %s", expected)
        .isEqualTo(expected.readable());
    if (probe().told(memory).isPresent()) {
      assertThat(probe().told(memory)).contains(expected);
    }
    MemorySegment tail = memory.asSlice(memory.byteSize() - 64);
    assertThat(probe().writable(tail))
        .as("writable under %s", expected)
        .isEqualTo(expected.writable());
  }

  /** A refusal is clear: of the kind that the system gives, or that says what the backend lacks. */
  static void requireRefusal(ThrowingCallable operation) {
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(operation)
        .satisfies(refused ->
            assertThat(refused)
                .isInstanceOfAny(UnsupportedOperationException.class, VirtMemException.class)
                .message()
                .isNotBlank());
  }

  long bytes() {
    return PAGES * virtMem().pages().byteSize();
  }

  static boolean overlap(MemorySegment a, MemorySegment b) {
    return a.address() < b.address() + b.byteSize() && b.address() < a.address() + a.byteSize();
  }

  static void requireKind(VirtMemException.Kind kind, ThrowingCallable operation) {
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(operation)
        .satisfies(refused -> assertThat(refused.kind()).isEqualTo(kind));
  }

  /** Whether there are no reservations; asking for one is refused then. */
  boolean lacksReservations() {
    return lacks(Ability.RESERVE, () -> virtMem().reserve(reservedBytes(), Placement.anywhere()));
  }

  /** Whether there are no two views; asking for them is refused then. */
  boolean lacksDualMapping() {
    return lacks(Ability.DUAL_MAPPING, () -> virtMem().allocateDual(bytes()));
  }

  /** Whether an ability is missing; an attempt to use it is refused then. */
  boolean lacks(Ability ability, ThrowingCallable attempt) {
    if (virtMem().capabilities().allows(ability)) {
      return false;
    }
    requireRefusal(attempt);
    return true;
  }

  /** Not every system that reserves can put two views there; one that cannot says so. */
  private boolean commitsDual() {
    boolean[] answer = {true};
    withReservation(reserved -> {
      try {
        virtMem().commitDual(pages(reserved, 0, 1), pages(reserved, 1, 1));
      } catch (UnsupportedOperationException refused) {
        assertThat(refused).message().isNotBlank();
        requireProtection(reserved, Protection.NONE);
        answer[0] = false;
      }
    });
    return answer[0];
  }

  /** Whether there are no two views in reservations; asking for them is refused then. */
  boolean lacksDualCommits() {
    return lacksReservations() || !commitsDual();
  }

  void withReservation(Consumer<MemorySegment> test) {
    MemorySegment reserved = virtMem().reserve(reservedBytes(), Placement.anywhere());
    try {
      assertThat(reserved.byteSize()).isEqualTo(reservedBytes());
      test.accept(reserved);
    } finally {
      virtMem().release(reserved);
    }
  }

  long reservedBytes() {
    return virtMem().pages().granularity() * PAGES;
  }

  MemorySegment pages(MemorySegment memory, int first, int count) {
    long page = virtMem().pages().byteSize();
    return memory.asSlice(first * page, count * page);
  }

  static void requireZeros(MemorySegment memory) {
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }
}
