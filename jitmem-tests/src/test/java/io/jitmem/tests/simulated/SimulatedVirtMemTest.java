package io.jitmem.tests.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The books of a simulated system: what it counts, how far it reaches and what it refuses. */
class SimulatedVirtMemTest {
  private static final int PAGE = 4096;
  private static final long TIB = 1L << 40;

  @Test
  void a_terabyte_is_mapped_protected_and_discarded_like_a_page() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    DualMapping dual = memory.allocateDual(TIB);
    MemorySegment single = memory.allocate(TIB, Protection.RW);
    for (long at = 0; at < TIB; at += TIB / 64) {
      memory.protect(single.asSlice(at, PAGE), Protection.RX);
    }
    memory.discard(dual.rw());
    memory.flushInstructionCache(dual.rx());
    memory.processor().requireExecutable(dual.rx().address(), TIB);
    assertThat(memory.protection(single.address() + TIB / 2)).contains(Protection.RX);
    assertThat(memory.protection(single.address() + TIB / 2 + PAGE)).contains(Protection.RW);
    assertThat(memory.mappedBytes()).isEqualTo(3 * TIB);
    assertThat(memory.committedBytes()).isEqualTo(2 * TIB);
    assertThat(memory.discardedBytes()).isEqualTo(TIB);
    memory.release(dual);
    memory.release(single);
    assertThat(memory.discardedBytes()).isZero();
    memory.requireNothingMapped();
  }

  @Test
  void thousands_of_mappings_are_released_in_any_order_and_leave_nothing() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().granularity(64 << 10).build();
    MappingOptions options = MappingOptions.NONE.withGlobalScope();
    List<DualMapping> all = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      all.add(memory.allocateDual((1L + i % 7) * PAGE, options));
    }
    assertThat(all).allSatisfy(dual -> assertThat(dual.rw().address() % (64 << 10)).isZero());
    assertThat(memory.liveMappings()).isEqualTo(4000);
    for (int i = 0; i < 4000; i++) {
      memory.release(all.get(i * 1237 % 4000));
    }
    memory.requireNothingMapped();
    assertThat(memory.mappedBytes()).isZero();
    assertThat(memory.committedBytes()).isZero();
  }

  @Test
  void a_leak_is_named() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    MemorySegment mapped = memory.allocate(PAGE, Protection.RW);
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(memory::requireNothingMapped)
        .withMessage("not released: [mapping 4096 bytes at 0x%x]", mapped.address());
    memory.release(mapped);
    memory.requireNothingMapped();
  }

  @Test
  void a_segment_dies_with_its_mapping_unless_it_is_of_the_global_scope() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    MemorySegment scoped = memory.allocate(PAGE, Protection.RW);
    memory.release(scoped);
    assertThat(scoped.scope().isAlive()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> memory.release(scoped));
    MemorySegment global =
        memory.allocate(PAGE, Protection.RW, MappingOptions.NONE.withGlobalScope());
    memory.release(global);
    assertThat(global.scope().isAlive()).isTrue();
    assertThat(memory.liveMappings()).isZero();
  }

  @Test
  void memory_is_refused_past_its_size_and_given_again_when_it_came_back() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().memoryByteSize(4 * PAGE).build();
    MemorySegment reserved = memory.reserve(16 * PAGE, Placement.anywhere());
    memory.commit(reserved.asSlice(0, 3 * PAGE), Protection.RW);
    requireRefusal(Kind.OUT_OF_MEMORY, 12, () -> memory.allocateDual(2 * PAGE));
    requireRefusal(
        Kind.OUT_OF_MEMORY,
        12,
        () -> memory.commit(reserved.asSlice(4 * PAGE, 2 * PAGE), Protection.RW));
    DualMapping dual = memory.allocateDual(PAGE);
    requireRefusal(Kind.OUT_OF_MEMORY, 12, () -> memory.allocate(PAGE, Protection.RW));
    memory.release(dual);
    memory.decommit(reserved);
    assertThat(memory.committedBytes()).isZero();
    memory.release(memory.allocate(4 * PAGE, Protection.RW));
    memory.release(reserved);
    memory.requireNothingMapped();
  }

  @Test
  void address_space_is_refused_when_none_is_free_in_a_row() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    MemorySegment most = memory.reserve(127 * TIB, Placement.anywhere());
    requireRefusal(Kind.OUT_OF_MEMORY, 12, () -> memory.reserve(2 * TIB, Placement.anywhere()));
    requireRefusal(Kind.OUT_OF_MEMORY, 12, () -> memory.allocateDual(TIB));
    memory.release(memory.allocate(TIB, Protection.RW));
    memory.release(most);
  }

  @Test
  void a_policy_against_executable_memory_that_was_writable_is_kept() {
    SimulatedVirtMem memory =
        SimulatedVirtMem.builder()
            .refuse(Ability.RWX, "W^X is enforced")
            .refuse(Ability.RW_TO_RX, "what was mapped without X never gets it")
            .build();
    MemorySegment mapped = memory.allocate(2 * PAGE, Protection.RX);
    memory.protect(mapped.asSlice(0, PAGE), Protection.RW);
    requireRefusal(Kind.PERMISSION_DENIED, 13, () -> memory.protect(mapped, Protection.RX));
    requireRefusal(Kind.PERMISSION_DENIED, 13, () -> memory.protect(mapped, Protection.RWX));
    assertThat(memory.protection(mapped.address())).contains(Protection.RW);
    assertThat(memory.protection(mapped.address() + PAGE)).contains(Protection.RX);
    memory.protect(mapped.asSlice(PAGE), Protection.RX);
  }

  @Test
  void a_maximum_protection_is_a_bound_for_good() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().boundsProtections(true).build();
    MappingOptions options = MappingOptions.NONE.withMaximumProtection(Protection.RW);
    MemorySegment mapped = memory.allocate(PAGE, Protection.R, options);
    memory.protect(mapped, Protection.RW);
    requireRefusal(Kind.PERMISSION_DENIED, 13, () -> memory.protect(mapped, Protection.RX));
    requireRefusal(Kind.PERMISSION_DENIED, 13, () -> memory.allocate(PAGE, Protection.RX, options));
  }

  @Test
  void memory_under_the_write_switch_is_not_shared() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().allow(Ability.MAP_JIT).build();
    MappingOptions options = MappingOptions.NONE.withMapJit().withShared();
    requireRefusal(Kind.INVALID_ARGUMENT, 22, () -> memory.allocate(PAGE, Protection.RWX, options));
  }

  @Test
  void the_preferred_mechanism_is_the_first_that_works_or_the_one_asked_for() {
    SimulatedVirtMem memory =
        SimulatedVirtMem.builder()
            .mechanisms("object", SimulatedVirtMem.TEMPORARY_FILE)
            .refuseMechanism("object", "no such call")
            .build();
    assertThat(memory.allocateDual(PAGE).mechanism()).isEqualTo(SimulatedVirtMem.TEMPORARY_FILE);
    SimulatedVirtMem usual = SimulatedVirtMem.builder().build();
    assertThat(usual.allocateDual(PAGE).mechanism()).isEqualTo("object");
    assertThat(usual.allocateDual(PAGE, MappingOptions.NONE.withPreferTemporaryFile()).mechanism())
        .isEqualTo(SimulatedVirtMem.TEMPORARY_FILE);
  }

  @Test
  void pages_that_were_discarded_count_until_they_are_populated_or_written() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    MemorySegment mapped = memory.allocate(4 * PAGE, Protection.RW);
    memory.discard(mapped);
    memory.populate(mapped.asSlice(0, PAGE));
    memory.processor().write(mapped.address() + 2 * PAGE, new byte[PAGE]);
    assertThat(memory.discardedBytes()).isEqualTo(2 * PAGE);
    assertThatIllegalArgumentException().isThrownBy(() -> memory.populate(mapped.asSlice(1)));
  }

  @Test
  void a_reservation_lies_as_near_as_it_can() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().build();
    MemorySegment below = memory.reserve(TIB, Placement.anywhere());
    MemorySegment target = memory.reserve(TIB, Placement.anywhere());
    long end = target.address() + TIB;
    MemorySegment near = memory.reserve(PAGE, Placement.near(end - 1, 2 * PAGE));
    assertThat(near.address()).isEqualTo(end);
    memory.release(below);
    MemorySegment under = memory.reserve(PAGE, Placement.near(target.address(), TIB));
    assertThat(under.address()).isEqualTo(target.address() - PAGE);
  }

  @Test
  void released_real_memory_is_zero_when_it_is_mapped_again() {
    SimulatedVirtMem memory = SimulatedVirtMem.builder().backed(1 << 20).build();
    MemorySegment mapped = memory.allocate(PAGE, Protection.RW);
    mapped.fill((byte) 1);
    memory.release(mapped);
    DualMapping again = memory.allocateDual(PAGE);
    assertThat(again.rx().address()).isEqualTo(mapped.address());
    assertThat(again.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }

  @Test
  void a_builder_names_the_range_of_what_it_refuses() {
    SimulatedVirtMemBuilder builder = SimulatedVirtMem.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.pageByteSize(128 << 10))
        .withMessage("page size is a power of two from 4096 to 65536, not 131072");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.pageByteSize(16 << 10).granularity(4096))
        .withMessage("granularity 4096 is below the page size 16384");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.memoryByteSize(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.backed(4096));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.refuse(Ability.RWX, ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.allow(Ability.LARGE_PAGES).build())
        .withMessage("large pages are allowed, but no size was given");
  }

  private static void requireRefusal(Kind kind, int code, ThrowingCallable operation) {
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(operation)
        .satisfies(refused -> {
          assertThat(refused.kind()).isEqualTo(kind);
          assertThat(refused.call().orElseThrow().code()).isEqualTo(code);
          assertThat(refused.hint()).isNotBlank();
        });
  }
}
