package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The part of the contract about the options of mappings: each is kept or refused. */
abstract class OptionContract extends ErrorContract {
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
  void refuses_large_pages_of_a_size_that_it_does_not_list() {
    long size = 1L << 46;
    requireRefusal(
        () -> virtMem().allocate(size, Protection.RW, MappingOptions.NONE.withLargePages(size)));
  }

  @Test
  void bounds_later_protections_or_refuses_to() {
    MappingOptions options = MappingOptions.NONE.withMaximumProtection(Protection.RW);
    Optional<MemorySegment> bounded = unlessUnsupported(options);
    if (bounded.isPresent()) {
      MemorySegment memory = bounded.get();
      virtMem().protect(memory, Protection.R);
      requireKind(Kind.PERMISSION_DENIED, () -> virtMem().protect(memory, Protection.RX));
      requireProtection(memory, Protection.R);
      virtMem().protect(memory, Protection.RW);
      virtMem().release(memory);
    }
  }

  @Test
  void shares_memory_or_refuses_to() {
    Optional<MemorySegment> shared = unlessUnsupported(MappingOptions.NONE.withShared());
    if (shared.isPresent()) {
      requireProtection(shared.get(), Protection.RW);
      virtMem().protect(shared.get(), Protection.R);
      requireProtection(shared.get(), Protection.R);
      virtMem().release(shared.get());
    }
  }

  @Test
  void writes_memory_under_the_write_switch_in_one_call_or_has_no_switch() {
    byte[] code = {1, 2, 3, 4};
    if (!virtMem().capabilities().allows(Ability.MAP_JIT)) {
      MemorySegment plain = virtMem().allocate(bytes(), Protection.RW);
      requireRefusal(() -> virtMem().writeJit(plain.asSlice(0, 4), MemorySegment.ofArray(code)));
      virtMem().release(plain);
      return;
    }
    MappingOptions options = MappingOptions.NONE.withMapJit();
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RWX, options);
    MemorySegment target = memory.asSlice(8, 4);
    virtMem().writeJit(target, MemorySegment.ofArray(code));
    assertThat(memory.asSlice(7, 6).toArray(ValueLayout.JAVA_BYTE))
        .containsExactly(0, 1, 2, 3, 4, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().writeJit(target, MemorySegment.ofArray(new byte[5])));
    MemorySegment plain = virtMem().allocate(bytes(), Protection.RW);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().writeJit(plain.asSlice(0, 4), MemorySegment.ofArray(code)));
    virtMem().release(plain);
    virtMem().release(memory);
    assertThatIllegalStateException()
        .isThrownBy(() -> virtMem().writeJit(target, MemorySegment.ofArray(code)));
  }

  Optional<MemorySegment> unlessUnsupported(MappingOptions options) {
    try {
      return Optional.of(virtMem().allocate(bytes(), Protection.RW, options));
    } catch (UnsupportedOperationException refused) {
      assertThat(refused).message().isNotBlank();
      return Optional.empty();
    }
  }

  @Test
  void prefers_a_temporary_file_and_takes_something_else_without() {
    MappingOptions options = MappingOptions.NONE.withPreferTemporaryFile();
    if (lacksDualMapping()) {
      requireRefusal(() -> virtMem().allocateDual(bytes(), options));
      return;
    }
    virtMem().release(virtMem().allocateDual(bytes(), options));
  }

  @Test
  void gives_the_same_memory_in_the_global_scope_or_in_one_of_its_own() {
    long before = mappedBytes();
    MappingOptions options = MappingOptions.NONE.withGlobalScope();
    MemorySegment memory = virtMem().allocate(bytes(), Protection.RW, options);
    requireZeros(memory);
    memory.fill((byte) 0x5a);
    MemorySegment part = pages(memory, 1, 2);
    virtMem().protect(part, Protection.R);
    requireProtection(part, Protection.R);
    assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(part));
    virtMem().release(memory);
    assertThat(mappedBytes()).isEqualTo(before);
  }

  @Test
  void gives_two_views_in_the_global_scope_or_in_one_of_their_own() {
    if (lacksDualMapping()) {
      return;
    }
    long before = mappedBytes();
    DualMapping dual = virtMem().allocateDual(bytes(), MappingOptions.NONE.withGlobalScope());
    dual.rw().fill((byte) 0x5a);
    assertThat(dual.rx().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    requireProtection(dual.rx(), Protection.RX);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> virtMem().protect(dual.rx(), Protection.RW));
    assertThatIllegalArgumentException().isThrownBy(() -> virtMem().release(dual.rw()));
    virtMem().release(dual);
    assertThat(mappedBytes()).isEqualTo(before);
  }
}
