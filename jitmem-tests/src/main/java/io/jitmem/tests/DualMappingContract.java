package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** The part of the contract about the same memory at two addresses. */
abstract class DualMappingContract extends CapabilityContract {
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
}
