package io.jitmem.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Architecture;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuTest {
  @Test
  void features_are_found_by_name_and_newer_ones_passed_over() {
    Cpu cpu =
        Cpu.named(
            Architecture.AARCH64,
            AArch64Feature.class,
            Set.of("SVE2", "ASIMD", "YET_UNKNOWN", "BTI"));
    assertThat(cpu.architecture()).isEqualTo(Architecture.AARCH64);
    assertThat(cpu.features())
        .containsExactly(AArch64Feature.ASIMD, AArch64Feature.BTI, AArch64Feature.SVE2);
    assertThat(cpu.has(AArch64Feature.SVE2)).isTrue();
    assertThat(cpu.has(AArch64Feature.SVE)).isFalse();
    assertThat(cpu.has(X86Feature.AES)).isFalse();
    assertThat(cpu.hasAll(AArch64Feature.ASIMD, AArch64Feature.BTI)).isTrue();
    assertThat(cpu.hasAll(AArch64Feature.ASIMD, AArch64Feature.AES)).isFalse();
    assertThat(cpu.model()).isEmpty();
    assertThat(cpu).hasToString("Cpu[AARCH64: ASIMD BTI SVE2]");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> cpu.features().clear());
  }

  @Test
  void branch_protection_is_what_the_features_say() {
    Cpu arm = Cpu.named(Architecture.AARCH64, AArch64Feature.class, Set.of("BTI", "PACA", "PACG"));
    assertThat(arm.branchProtection()).isEqualTo(new BranchProtection(true, false, true));
    Cpu riscv = Cpu.named(Architecture.RISCV64, RiscvFeature.class, Set.of("ZICFISS"));
    assertThat(riscv.branchProtection()).isEqualTo(new BranchProtection(false, true, false));
    Cpu x86 = new Cpu(Architecture.X86_64, Set.of(X86Feature.CET_IBT), null);
    assertThat(x86.branchProtection()).isEqualTo(new BranchProtection(true, false, false));
  }

  @Test
  void a_landing_pad_has_four_bytes_and_is_the_caller_s() {
    for (Architecture architecture : Architecture.values()) {
      Cpu cpu = new Cpu(architecture, Set.of(), null);
      byte[] pad = cpu.landingPad();
      assertThat(pad).hasSize(4);
      pad[0]++;
      assertThat(cpu.landingPad()).isNotEqualTo(pad);
    }
  }

  @Test
  void each_architecture_has_its_features() {
    assertThat(X86Feature.values())
        .allMatch(feature -> feature.architecture() == Architecture.X86_64);
    assertThat(AArch64Feature.values())
        .allMatch(feature -> feature.architecture() == Architecture.AARCH64);
    assertThat(RiscvFeature.values())
        .allMatch(feature -> feature.architecture() == Architecture.RISCV64);
  }
}
