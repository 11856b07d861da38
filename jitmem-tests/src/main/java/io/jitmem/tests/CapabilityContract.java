package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/**
 * The part of the contract about abilities: what is said to work works, and the rest is refused.
 */
abstract class CapabilityContract extends PopulateContract {
  @Test
  void gives_memory_that_is_writable_and_executable_exactly_if_it_says_so() {
    if (virtMem().capabilities().allows(Ability.RWX)) {
      virtMem().release(virtMem().allocate(bytes(), Protection.RWX));
    } else {
      requireRefusal(() -> virtMem().allocate(bytes(), Protection.RWX));
    }
    assertThat(virtMem().hardenedRuntime().enabled())
        .isEqualTo(!virtMem().capabilities().allows(Ability.RWX));
  }

  @Test
  void turns_written_memory_into_executable_memory_if_it_claims_to() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try {
      memory.fill((byte) 0x5a);
      if (virtMem().capabilities().allows(Ability.RW_TO_RX)) {
        virtMem().protect(memory, Protection.RX);
        requireProtection(memory, Protection.RX);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x5a);
      } else {
        requireRefusal(() -> virtMem().protect(memory, Protection.RX));
        requireProtection(memory, Protection.RW);
      }
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void gives_memory_under_a_write_switch_exactly_if_it_says_so() {
    MappingOptions options = MappingOptions.NONE.withMapJit();
    if (virtMem().capabilities().allows(Ability.MAP_JIT)) {
      virtMem().release(virtMem().allocate(bytes(), Protection.RWX, options));
    } else {
      requireRefusal(() -> virtMem().allocate(bytes(), Protection.RWX, options));
    }
  }

  @Test
  void flushes_and_synchronises_exactly_if_it_says_so() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try {
      virtMem().flushInstructionCache(memory);
      virtMem().flushInstructionCache(memory.asSlice(3, 5));
      virtMem().flushInstructionCache(memory.asSlice(0, 0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().flushInstructionCache(MemorySegment.ofArray(new byte[8])));
      if (virtMem().capabilities().allows(Ability.CORE_SYNCHRONIZATION)) {
        virtMem().synchronizeCores();
      } else {
        requireRefusal(virtMem()::synchronizeCores);
      }
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void guards_branches_exactly_if_it_says_so() {
    VirtMem guarding = virtMem().guardingBranches();
    boolean offered = virtMem().capabilities().allows(Ability.GUARDED_BRANCHES);
    assertThat(guarding.guardsBranches()).isEqualTo(offered);
    assertThat(guarding.guardingBranches()).isSameAs(guarding);
    if (!offered) {
      assertThat(guarding).isSameAs(virtMem());
    }
    long before = mappedBytes();
    MemorySegment memory = guarding.allocate(bytes(), Protection.RW);
    guarding.protect(memory, Protection.R);
    guarding.release(memory);
    assertThat(mappedBytes()).isEqualTo(before);
  }

  @Test
  void gives_a_reason_for_everything_that_it_cannot_do() {
    assertThat(virtMem().capabilities().all())
        .allSatisfy(capability ->
            assertThat(capability.available() || !capability.detail().isBlank()).isTrue());
    assertThat(virtMem().capabilities().all())
        .extracting(Capability::ability)
        .contains(Ability.values());
  }

  @Test
  void says_the_same_twice_and_keeps_nothing_of_what_it_tried() {
    long before = mappedBytes();
    Capabilities found = virtMem().capabilities();
    assertThat(virtMem().capabilities()).isEqualTo(found);
    assertThat(mappedBytes()).isEqualTo(before);
  }

  @Test
  void sums_its_capabilities_up() {
    Capabilities found = virtMem().capabilities();
    assertThat(virtMem().hardenedRuntime())
        .isEqualTo(
            new HardenedRuntime(
                !found.allows(Ability.RWX),
                found.allows(Ability.MAP_JIT),
                found.allows(Ability.DUAL_MAPPING)));
  }

  @Test
  void makes_no_memory_writable_and_executable_by_a_detour() {
    if (virtMem().capabilities().allows(Ability.RWX)) {
      return;
    }
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    requireRefusal(() -> virtMem().protect(memory, Protection.RWX));
    requireProtection(memory, Protection.RW);
    virtMem().release(memory);
    if (virtMem().capabilities().allows(Ability.RESERVE)) {
      withReservation(reserved -> {
        requireRefusal(() -> virtMem().commit(reserved, Protection.RWX));
        requireProtection(reserved, Protection.NONE);
      });
    }
  }
}
