package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Memory that calls enter at listed places only, over the shim; and where there is none. */
class CallTargetsTest {
  private static final long GRANULE = 64 << 10;
  private static final long PAGE = 4096;
  private static final long LARGE = 2 << 20;
  private static final long STEP = 16;

  private final Shim shim = Shim.open();
  private final FaultyBinder binder = new FaultyBinder(shim.binder());
  private final WindowsVirtMem memory = new WindowsVirtMem(binder, Architecture.X86_64);

  private VirtMem guarding() {
    shim.set(Shim.Setting.CFG, 1);
    VirtMem guarding = memory.guardingBranches();
    assertThat(guarding.guardsBranches()).isTrue();
    assertThat(guarding.listsCallTargets()).isTrue();
    return guarding;
  }

  private Capability capability() {
    return memory.capabilities().of(Ability.GUARDED_BRANCHES).getFirst();
  }

  private void requireUnguarded(String reason) {
    long left = shim.left();
    assertThat(memory.guardingBranches()).isSameAs(memory);
    assertThat(capability().available()).isFalse();
    assertThat(capability().detail()).contains(reason);
    assertThat(shim.left()).isEqualTo(left);
  }

  @Test
  void without_the_guard_there_is_no_list_and_the_report_says_how_to_get_it() {
    requireUnguarded("Control Flow Guard is off in this process");
    requireUnguarded("Set-ProcessMitigation");
  }

  @Test
  void before_windows_10_there_is_no_list() {
    binder.lack("SetProcessValidCallTargets");
    shim.set(Shim.Setting.CFG, 1);
    requireUnguarded("came with Windows 10");
  }

  @Test
  void a_system_that_keeps_no_list_after_all_is_found_out() {
    shim.set(Shim.Setting.CFG, 1);
    binder.failAlways("SetProcessValidCallTargets", WindowsErrors.ERROR_INVALID_PARAMETER);
    requireUnguarded("SetProcessValidCallTargets(");
  }

  @Test
  void usually_calls_may_enter_anywhere() {
    shim.set(Shim.Setting.CFG, 1);
    MemorySegment usual = memory.allocate(GRANULE, Protection.RX);
    assertThat(shim.mayBeCalled(usual.address() + 5 * STEP)).isTrue();
    memory.release(usual);
  }

  @Test
  void memory_is_executable_first_so_that_it_has_a_list() {
    VirtMem guarding = guarding();
    for (Protection first : Protection.values()) {
      MemorySegment mapped = guarding.allocate(GRANULE, first);
      assertThat(shim.page(mapped.address())).isEqualTo(WindowsAbi.page(first));
      guarding.protect(mapped, Protection.RX);
      assertThat(shim.mayBeCalled(mapped.address())).isFalse();
      guarding.addCallTargets(mapped, 0);
      assertThat(shim.mayBeCalled(mapped.address())).isTrue();
      guarding.release(mapped);
    }
  }

  @Test
  void reservations_large_pages_and_discarded_pages_have_a_list_as_well() {
    VirtMem guarding = guarding();
    shim.set(Shim.Setting.PRIVILEGE, 1);
    MemorySegment reserved = guarding.reserve(2 * GRANULE, Placement.anywhere());
    MemorySegment part = reserved.asSlice(PAGE, 2 * PAGE);
    guarding.commit(part, Protection.RW);
    guarding.protect(part, Protection.RX);
    requireListable(guarding, part);
    guarding.release(reserved);
    MappingOptions large = MappingOptions.NONE.withLargePages(LARGE);
    MemorySegment big = guarding.allocate(LARGE, Protection.RWX, large);
    requireListable(guarding, big);
    guarding.release(big);
    MemorySegment discarded = guarding.allocate(GRANULE, Protection.RX);
    guarding.addCallTargets(discarded, 0);
    guarding.discard(discarded);
    requireListable(guarding, discarded);
    guarding.release(discarded);
  }

  private void requireListable(VirtMem guarding, MemorySegment memory) {
    assertThat(shim.mayBeCalled(memory.address())).isFalse();
    guarding.addCallTargets(memory, 0, PAGE + STEP);
    assertThat(shim.mayBeCalled(memory.address())).isTrue();
    assertThat(shim.mayBeCalled(memory.address() + STEP)).isFalse();
    assertThat(shim.mayBeCalled(memory.address() + PAGE + STEP)).isTrue();
  }

  @Test
  void views_that_are_decommitted_in_part_are_off_the_list_when_they_come_back() {
    VirtMem guarding = guarding();
    MemorySegment rx = guarding.reserve(GRANULE, Placement.anywhere());
    MemorySegment rw = guarding.reserve(GRANULE, Placement.anywhere());
    guarding.commitDual(rx, rw);
    guarding.addCallTargets(rx, 0, PAGE);
    guarding.decommit(rx.asSlice(0, PAGE));
    guarding.decommit(rw.asSlice(0, PAGE));
    guarding.commitDual(rx.asSlice(0, PAGE), rw.asSlice(0, PAGE));
    assertThat(shim.mayBeCalled(rx.address())).isFalse();
    assertThat(shim.mayBeCalled(rx.address() + PAGE)).isTrue();
    guarding.release(rx);
    guarding.release(rw);
  }

  @Test
  void more_places_than_one_call_takes_are_listed_and_cleared() {
    VirtMem guarding = guarding();
    MemorySegment mapped = guarding.allocate(4 * GRANULE, Protection.RX);
    long[] all = LongStream.range(0, 4 * GRANULE / STEP).map(i -> i * STEP).toArray();
    guarding.addCallTargets(mapped, all);
    assertThat(LongStream.of(all)).allMatch(at -> shim.mayBeCalled(mapped.address() + at));
    guarding.clearCallTargets(mapped.asSlice(STEP, 4 * GRANULE - 2 * STEP));
    assertThat(LongStream.of(all).filter(at -> shim.mayBeCalled(mapped.address() + at)))
        .containsExactly(0L, 4 * GRANULE - STEP);
    guarding.release(mapped);
  }

  @Test
  void where_views_have_no_list_there_are_no_two_views_and_the_report_says_so() {
    shim.set(Shim.Setting.TARGETS_IN_VIEWS, 0);
    VirtMem guarding = guarding();
    long left = shim.left();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> guarding.allocateDual(GRANULE))
        .withMessageContaining("cannot be listed in a view")
        .withMessageContaining("SetProcessValidCallTargets(");
    assertThat(guarding.capabilities().allows(Ability.DUAL_MAPPING)).isFalse();
    assertThat(guarding.hardenedRuntime().dualMapping()).isFalse();
    assertThat(capability().available()).isTrue();
    assertThat(capability().detail()).contains("memory with one view", "cannot be listed");
    assertThat(shim.left()).isEqualTo(left);
    DualMapping dual = memory.allocateDual(GRANULE);
    memory.release(dual);
  }

  @Test
  void a_refusal_names_the_call_and_leaves_the_rest_to_a_second_one() {
    VirtMem guarding = guarding();
    MemorySegment mapped = guarding.allocate(4 * GRANULE, Protection.RX);
    guarding.addCallTargets(mapped, 0, 4 * GRANULE - STEP);
    binder.failTimes("SetProcessValidCallTargets", WindowsErrors.ERROR_COMMITMENT_LIMIT, 1);
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> guarding.clearCallTargets(mapped))
        .withMessageContaining("65536, 4096 invalid) failed: ERROR_COMMITMENT_LIMIT (1455)");
    guarding.clearCallTargets(mapped);
    assertThat(shim.mayBeCalled(mapped.address())).isFalse();
    assertThat(shim.mayBeCalled(mapped.address() + 4 * GRANULE - STEP)).isFalse();
    guarding.release(mapped);
  }
}
