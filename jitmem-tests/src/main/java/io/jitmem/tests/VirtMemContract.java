package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What every backend promises, as JUnit 5 tests. Subclass it, say which backend is meant, and run
 * it.
 *
 * <p>What the backend does not claim in its {@link VirtMem#capabilities()} must refuse with {@link
 * UnsupportedOperationException}; that is tested instead.
 */
@DisplayName("A backend")
public abstract class VirtMemContract extends ReservationContract {
  /** For subclasses. */
  protected VirtMemContract() {}

  @Test
  void has_a_name() {
    assertThat(virtMem().name()).isNotBlank();
  }

  @Test
  void gives_its_page_sizes_and_keeps_to_them() {
    assertThat(virtMem().pages()).isEqualTo(virtMem().pages());
    assertThat(virtMem().pages().byteSize()).isBetween(4096L, 64L << 10);
  }

  @Test
  void maps_zeroed_memory_of_the_size_asked_for_at_an_aligned_address() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try {
      assertThat(memory.isNative()).isTrue();
      assertThat(memory.byteSize()).isEqualTo(bytes());
      assertThat(memory.address() % virtMem().pages().granularity()).isZero();
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void maps_memory_that_overlaps_nothing_else_of_it() {
    List<MemorySegment> all = new ArrayList<>();
    try {
      for (int i = 0; i < 16; i++) {
        MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
        assertThat(all).allSatisfy(other -> assertThat(overlap(memory, other)).isFalse());
        all.add(memory);
      }
    } finally {
      all.forEach(virtMem()::release);
    }
  }

  @Test
  void refuses_a_size_that_is_not_whole_pages() {
    long page = virtMem().pages().byteSize();
    for (long size :
        new long[] {0, 1, -1, -page, page - 1, page + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().allocate(size, Protection.RW))
          .withMessageContaining(Long.toString(size));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().allocateDual(size))
          .withMessageContaining(Long.toString(size));
    }
  }

  @Test
  void refuses_more_than_the_address_space_has_and_says_so() {
    long tooMuch = Long.MAX_VALUE & -virtMem().pages().byteSize();
    assertThatExceptionOfType(VirtMemException.class)
        .isThrownBy(() -> virtMem().allocate(tooMuch, Protection.RW))
        .satisfies(
            refused -> assertThat(refused.kind()).isEqualTo(VirtMemException.Kind.OUT_OF_MEMORY))
        .withMessageContaining(Long.toString(tooMuch));
  }

  @Test
  void enforces_each_protection_that_it_claims_to_give() {
    for (Protection protection : Protection.values()) {
      if (protection == Protection.RWX && !virtMem().capabilities().allows(Ability.RWX)) {
        continue;
      }
      MemorySegment memory = virtMem().allocate(bytes(), protection);
      try {
        requireProtection(memory, protection);
      } finally {
        virtMem().release(memory);
      }
    }
  }

  @Test
  void changes_the_protection_of_a_part_and_keeps_the_contents() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try {
      memory.fill((byte) 0x5a);
      MemorySegment second =
          memory.asSlice(virtMem().pages().byteSize(), virtMem().pages().byteSize());
      for (Protection protection : List.of(Protection.R, Protection.NONE, Protection.RW)) {
        virtMem().protect(second, protection);
        requireProtection(second, protection);
        requireProtection(memory.asSlice(2 * virtMem().pages().byteSize()), Protection.RW);
      }
      assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x5a);
      assertThat(second.get(ValueLayout.JAVA_BYTE, 100)).isEqualTo((byte) 0x5a);
    } finally {
      virtMem().release(memory);
    }
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
  void refuses_to_protect_what_is_not_whole_pages_of_its_own() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try (Arena arena = Arena.ofConfined()) {
      long page = virtMem().pages().byteSize();
      for (MemorySegment part :
          List.of(
              memory.asSlice(1, page),
              memory.asSlice(0, page - 1),
              memory.asSlice(0, 0),
              arena.allocate(page, page),
              MemorySegment.ofArray(new byte[(int) page]))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> virtMem().protect(part, Protection.R));
      }
      requireProtection(memory, Protection.RW);
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void ends_the_life_of_a_segment_when_it_is_released() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    MemorySegment slice = memory.asSlice(8, 8);
    virtMem().release(memory);
    assertThatIllegalStateException().isThrownBy(() -> slice.get(ValueLayout.JAVA_BYTE, 0));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().release(memory));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().protect(memory, Protection.R));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().flushInstructionCache(memory));
  }

  @Test
  void leaves_later_memory_alone_when_earlier_memory_is_released_twice() {
    MemorySegment earlier = virtMem().allocate(bytes(), Protection.RW);
    virtMem().release(earlier);
    MemorySegment later = virtMem().allocate(bytes(), Protection.RW);
    try {
      assertThatIllegalStateException().isThrownBy(() -> virtMem().release(earlier));
      later.fill((byte) 1);
    } finally {
      virtMem().release(later);
    }
  }

  @Test
  void refuses_to_release_a_part_or_what_is_not_its_own() {
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
    try (Arena arena = Arena.ofConfined()) {
      long page = virtMem().pages().byteSize();
      for (MemorySegment other :
          List.of(
              memory.asSlice(0, page),
              memory.asSlice(page),
              arena.allocate(page, page),
              MemorySegment.ofArray(new byte[(int) page]))) {
        assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(other));
      }
      memory.fill((byte) 1);
    } finally {
      virtMem().release(memory);
    }
  }

  @Test
  void shows_the_same_bytes_at_both_addresses_of_a_dual_mapping() {
    if (lacksDualMapping()) {
      return;
    }
    DualMapping dual = virtMem().allocateDual(bytes());
    try {
      assertThat(dual.byteSize()).isEqualTo(bytes());
      assertThat(overlap(dual.rx(), dual.rw())).isFalse();
      assertThat(dual.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      for (long at = 0; at < bytes(); at += 512) {
        dual.rw().set(ValueLayout.JAVA_LONG_UNALIGNED, at, ~at);
        assertThat(dual.rx().get(ValueLayout.JAVA_LONG_UNALIGNED, at)).isEqualTo(~at);
      }
      requireProtection(dual.rw(), Protection.RW);
      requireProtection(dual.rx(), Protection.RX);
    } finally {
      virtMem().release(dual);
    }
  }

  @Test
  void keeps_the_protections_of_a_dual_mapping_and_releases_it_as_a_whole() {
    if (lacksDualMapping()) {
      return;
    }
    DualMapping dual = virtMem().allocateDual(bytes());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().protect(dual.rx(), Protection.RW));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().protect(dual.rw(), Protection.RX));
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(dual.rx()));
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(dual.rw()));
    DualMapping swapped = new DualMapping(dual.rw(), dual.rx(), dual.mechanism());
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(swapped));
    virtMem().release(dual);
    assertThatIllegalStateException().isThrownBy(() -> dual.rx().get(ValueLayout.JAVA_BYTE, 0));
    assertThatIllegalStateException().isThrownBy(() -> dual.rw().get(ValueLayout.JAVA_BYTE, 0));
    assertThatIllegalStateException().isThrownBy(() -> virtMem().release(dual));
  }

  @Test
  void keeps_the_views_of_two_dual_mappings_apart() {
    if (lacksDualMapping()) {
      return;
    }
    DualMapping one = virtMem().allocateDual(bytes());
    DualMapping other = virtMem().allocateDual(bytes());
    DualMapping mixed = new DualMapping(one.rx(), other.rw(), one.mechanism());
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(mixed));
    one.rw().fill((byte) 1);
    assertThat(other.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
    virtMem().release(one);
    virtMem().release(other);
  }

  @Test
  void maps_twice_by_each_mechanism_exactly_if_it_says_so() {
    for (Capability mechanism : virtMem().capabilities().of(Ability.DUAL_MAPPING)) {
      MappingOptions options = MappingOptions.NONE.withMechanism(mechanism.mechanism());
      if (mechanism.available()) {
        DualMapping dual = virtMem().allocateDual(bytes(), options);
        assertThat(dual.mechanism()).isEqualTo(mechanism.mechanism());
        virtMem().release(dual);
      } else {
        requireRefusal(() -> virtMem().allocateDual(bytes(), options));
      }
    }
  }

  @Test
  void refuses_a_mechanism_that_it_does_not_have() {
    MappingOptions options = MappingOptions.NONE.withMechanism("no such mechanism");
    assertThatExceptionOfType(RuntimeException.class)
        .isThrownBy(() -> virtMem().allocateDual(bytes(), options))
        .satisfies(refused ->
            assertThat(refused)
                .isInstanceOfAny(
                    IllegalArgumentException.class, UnsupportedOperationException.class));
  }

  @Test
  void refuses_options_of_dual_mappings_for_single_ones() {
    for (MappingOptions options :
        List.of(
            MappingOptions.NONE.withMechanism("any"),
            MappingOptions.NONE.withPreferTemporaryFile())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().allocate(bytes(), Protection.RW, options));
    }
  }

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
  void gives_memory_under_a_write_switch_exactly_if_it_says_so() {
    MappingOptions options = MappingOptions.NONE.withMapJit();
    if (virtMem().capabilities().allows(Ability.MAP_JIT)) {
      virtMem().release(virtMem().allocate(bytes(), Protection.RWX, options));
    } else {
      requireRefusal(() -> virtMem().allocate(bytes(), Protection.RWX, options));
    }
  }

  @Test
  void gives_large_pages_of_the_sizes_that_it_lists() {
    List<Long> sizes = virtMem().pages().largeByteSizes();
    assertThat(virtMem().capabilities().allows(Ability.LARGE_PAGES)).isEqualTo(!sizes.isEmpty());
    for (long size : sizes) {
      MappingOptions options = MappingOptions.NONE.withLargePages(size);
      virtMem().release(virtMem().allocate(size, Protection.RW, options));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> virtMem().allocate(bytes(), Protection.RW, options));
    }
  }

  @Test
  void names_a_mapping_or_leaves_it_bare_but_maps_it() {
    MappingOptions options = MappingOptions.NONE.withName("jitmem contract");
    virtMem().release(virtMem().allocate(bytes(), Protection.RW, options));
    if (virtMem().capabilities().allows(Ability.DUAL_MAPPING)) {
      virtMem().release(virtMem().allocateDual(bytes(), options));
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
  void gives_a_reason_for_everything_that_it_cannot_do() {
    assertThat(virtMem().capabilities().all())
        .allSatisfy(capability ->
            assertThat(capability.available() || !capability.detail().isBlank()).isTrue());
    assertThat(virtMem().capabilities().all())
        .extracting(Capability::ability)
        .contains(Ability.values());
  }

  @Test
  void gives_everything_back() {
    assumeTrue(mappedBytes() >= 0, "the system does not tell what is mapped");
    long before = mappedBytes();
    for (int round = 0; round < 20; round++) {
      virtMem().release(virtMem().allocate(bytes(), Protection.RW));
      virtMem().capabilities();
      if (virtMem().capabilities().allows(Ability.DUAL_MAPPING)) {
        virtMem().release(virtMem().allocateDual(bytes()));
      }
    }
    assertThat(mappedBytes()).isEqualTo(before);
  }

  @Test
  void serves_many_threads_at_once() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        byte mark = (byte) (i + 1);
        all.add(threads.submit(workload(mark)));
      }
      for (Future<Void> each : all) {
        assertThatCode(each::get).doesNotThrowAnyException();
      }
    }
  }

  private Callable<Void> workload(byte mark) {
    return () -> {
      for (int round = 0; round < 50; round++) {
        MemorySegment memory = virtMem().allocate(bytes(), Protection.RW);
        memory.fill(mark);
        assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(mark);
        virtMem().protect(memory, Protection.R);
        virtMem().release(memory);
        if (round % 10 == 0) {
          virtMem().capabilities();
        }
      }
      return null;
    };
  }
}
