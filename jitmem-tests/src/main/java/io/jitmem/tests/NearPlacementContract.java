package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of the contract about reservations near an address. */
abstract class NearPlacementContract extends DiscardContract {
  @Test
  void places_reservations_within_the_distance_exactly_if_it_says_so() {
    if (lacksNearPlacement()) {
      return;
    }
    // The target lies within this distance of the middle of four times as much, so all around it
    // was free.
    long least = 64L << 20;
    MemorySegment target =
        virtMem().reserve(reservedBytes(), Placement.near(middleOfFree(4 * least), least));
    for (long distance : new long[] {least, 128L << 20, 2L << 30, 1L << 40, Long.MAX_VALUE}) {
      Placement near = Placement.near(target.address() + 1, distance);
      MemorySegment reserved = virtMem().reserve(reservedBytes(), near);
      long last = reserved.address() + reserved.byteSize() - 1;
      assertThat(Math.abs(reserved.address() - near(near).address())).isLessThanOrEqualTo(distance);
      assertThat(Math.abs(last - near(near).address())).isLessThanOrEqualTo(distance);
      assertThat(reserved.address() % virtMem().pages().granularity()).isZero();
      assertThat(overlap(reserved, target)).isFalse();
      virtMem().commit(pages(reserved, 0, 1), Protection.RW);
      requireZeros(pages(reserved, 0, 1));
      virtMem().release(reserved);
    }
    virtMem().release(target);
  }

  @Test
  void refuses_a_placement_that_cannot_be() {
    if (lacksNearPlacement()) {
      return;
    }
    long granule = virtMem().pages().granularity();
    MemorySegment target = virtMem().allocate(16 * granule, Protection.RW);
    long middle = target.address() + 8 * granule;
    for (Placement tooSmall :
        List.of(
            Placement.near(middle, 1),
            Placement.near(middle, reservedBytes() / 2 - 1),
            Placement.near(-granule, granule),
            Placement.near(Long.MIN_VALUE, 1L << 40))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().reserve(reservedBytes(), tooSmall))
          .withMessageContainingAll(
              String.valueOf(reservedBytes()), String.valueOf(near(tooSmall).distance()));
    }
    requireKind(
        Kind.OUT_OF_MEMORY,
        () -> virtMem().reserve(reservedBytes(), Placement.near(middle, 6 * granule)));
    virtMem().release(target);
  }

  @Test
  void fills_what_is_near_and_then_says_that_it_is_full() {
    if (lacksNearPlacement()) {
      return;
    }
    Placement near = Placement.near(middleOfFree(1L << 30), 2L << 30);
    List<MemorySegment> all = new ArrayList<>();
    requireKind(
        Kind.OUT_OF_MEMORY,
        () -> {
          for (int i = 0; i < 100; i++) {
            all.add(virtMem().reserve(256L << 20, near));
          }
        });
    assertThat(all).isNotEmpty().hasSizeLessThanOrEqualTo(16);
    all.forEach(virtMem()::release);
  }

  /** Whether nothing can be placed; asking for it is refused then. */
  private boolean lacksNearPlacement() {
    Placement near = Placement.near(1L << 32, 1L << 30);
    return lacks(Ability.NEAR_PLACEMENT, () -> virtMem().reserve(reservedBytes(), near));
  }

  /**
   * The middle of address space that was free a moment ago: other threads may have taken a little
   * of it.
   */
  private long middleOfFree(long byteSize) {
    MemorySegment free = virtMem().reserve(byteSize, Placement.anywhere());
    long middle = free.address() + byteSize / 2;
    virtMem().release(free);
    return middle;
  }

  private static Placement.Near near(Placement placement) {
    return (Placement.Near) placement;
  }
}
