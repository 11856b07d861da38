package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The part of the contract about places where calls may enter, of the backend that {@link
 * VirtMem#guardingBranches()} answers; skipped where that lists none.
 */
abstract class CallTargetContract extends FileMarkingContract {
  private static final long STEP = VirtMem.CALL_TARGET_BYTE_ALIGNMENT;

  private VirtMem listing() {
    VirtMem guarding = virtMem().guardingBranches();
    assumeTrue(
        guarding.listsCallTargets(),
        () ->
            guarding.guardsBranches()
                ? "branches are guarded by landing pads"
                : virtMem().capabilities().of(Ability.GUARDED_BRANCHES).getFirst().detail());
    return guarding;
  }

  private void withExecutable(VirtMem listing, Consumer<MemorySegment> test) {
    MemorySegment memory = listing.allocate(bytes(), Protection.RW);
    try {
      listing.protect(memory, Protection.RX);
      test.accept(memory);
    } finally {
      listing.release(memory);
    }
  }

  /** As far as somebody tells. */
  private void requireCallable(MemorySegment memory, long... offsets) {
    for (long at = 0; at < memory.byteSize(); at += STEP) {
      boolean expected = false;
      for (long offset : offsets) {
        expected |= offset == at;
      }
      boolean wanted = expected;
      probe()
          .callable(memory.address() + at)
          .ifPresent(callable -> assertThat(callable).isEqualTo(wanted));
    }
  }

  @Test
  void lists_no_places_for_calls_unless_it_says_that_it_does() {
    assertThat(virtMem().listsCallTargets()).isIn(false, virtMem().guardsBranches());
    if (virtMem().listsCallTargets()) {
      return;
    }
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> virtMem().addCallTargets(memory, 0));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> virtMem().clearCallTargets(memory));
    virtMem().release(memory);
  }

  @Test
  void lets_calls_enter_memory_at_the_listed_places_only() {
    VirtMem listing = listing();
    withExecutable(
        listing,
        memory -> {
          requireCallable(memory);
          long last = memory.byteSize() - STEP;
          listing.addCallTargets(memory, 0, 3 * STEP, last);
          listing.addCallTargets(memory.asSlice(4 * STEP, 2 * STEP), STEP);
          listing.addCallTargets(memory);
          requireCallable(memory, 0, 3 * STEP, 5 * STEP, last);
          listing.clearCallTargets(memory.asSlice(STEP, 4 * STEP));
          requireCallable(memory, 0, 5 * STEP, last);
          listing.clearCallTargets(memory);
          requireCallable(memory);
        });
  }

  @Test
  void keeps_the_list_while_protections_change() {
    VirtMem listing = listing();
    withExecutable(
        listing,
        memory -> {
          listing.addCallTargets(memory, STEP);
          listing.protect(memory, Protection.RW);
          listing.protect(memory, Protection.RX);
          requireCallable(memory, STEP);
          if (listing.capabilities().allows(Ability.RWX)) {
            listing.protect(memory, Protection.RWX);
            requireCallable(memory, STEP);
          }
        });
  }

  @Test
  void lists_places_in_memory_that_is_writable_and_executable() {
    VirtMem listing = listing();
    if (lacks(Ability.RWX, () -> listing.allocate(bytes(), Protection.RWX))) {
      return;
    }
    MemorySegment memory = listing.allocate(bytes(), Protection.RWX);
    requireCallable(memory);
    listing.addCallTargets(memory, STEP);
    requireCallable(memory, STEP);
    listing.release(memory);
  }

  @Test
  void lists_places_in_the_view_to_execute() {
    VirtMem listing = listing();
    if (!listing.capabilities().allows(Ability.DUAL_MAPPING)) {
      requireRefusal(() -> listing.allocateDual(bytes()));
      return;
    }
    DualMapping dual = listing.allocateDual(bytes(), MappingOptions.NONE);
    requireCallable(dual.rx());
    listing.addCallTargets(dual.rx(), 0, 2 * STEP);
    requireCallable(dual.rx(), 0, 2 * STEP);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> listing.addCallTargets(dual.rw(), 0))
        .withMessageContaining("writable view");
    assertThatIllegalArgumentException().isThrownBy(() -> listing.clearCallTargets(dual.rw()));
    listing.release(dual);
  }

  @Test
  void forgets_the_places_of_what_is_decommitted() {
    VirtMem listing = listing();
    if (!listing.capabilities().allows(Ability.RESERVE)) {
      return;
    }
    MemorySegment reserved = listing.reserve(reservedBytes(), Placement.anywhere());
    try {
      MemorySegment part = pages(reserved, 0, 2);
      assertThatIllegalStateException().isThrownBy(() -> listing.addCallTargets(part, 0));
      listing.clearCallTargets(reserved);
      listing.commit(part, Protection.RX);
      requireCallable(part);
      listing.addCallTargets(part, STEP);
      listing.clearCallTargets(pages(reserved, 1, 2));
      requireCallable(part, STEP);
      listing.decommit(part);
      listing.commit(part, Protection.RX);
      requireCallable(part);
    } finally {
      listing.release(reserved);
    }
  }

  @Test
  void refuses_places_that_cannot_be_listed_and_lists_none_of_them() {
    VirtMem listing = listing();
    withExecutable(
        listing,
        memory -> {
          long size = memory.byteSize();
          for (long[] wrong :
              new long[][] {
                {1}, {STEP / 2}, {-STEP}, {size}, {size + STEP}, {STEP, STEP}, {2 * STEP, STEP}
              }) {
            assertThatIllegalArgumentException()
                .as("%s", wrong)
                .isThrownBy(() -> listing.addCallTargets(memory, wrong));
          }
          assertThatIllegalArgumentException()
              .isThrownBy(() -> listing.addCallTargets(memory.asSlice(8, STEP), 0));
          assertThatIllegalArgumentException()
              .isThrownBy(() -> listing.clearCallTargets(memory.asSlice(0, STEP + 8)));
          requireCallable(memory);
        });
    MemorySegment plain = listing.allocate(bytes(), Protection.RW);
    assertThatIllegalArgumentException().isThrownBy(() -> listing.addCallTargets(plain, 0));
    listing.clearCallTargets(plain);
    listing.release(plain);
    assertThatIllegalStateException().isThrownBy(() -> listing.addCallTargets(plain, 0));
    assertThatIllegalStateException().isThrownBy(() -> listing.clearCallTargets(plain));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> listing.addCallTargets(MemorySegment.ofArray(new byte[32]), 0));
  }
}
