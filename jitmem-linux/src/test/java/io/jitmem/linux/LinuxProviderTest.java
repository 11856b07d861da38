package io.jitmem.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.virtmem.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxProviderTest {
  private final LinuxProvider provider = new LinuxProvider();

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "x86_64", "aarch64", "riscv64"})
  void serves_the_cpus_whose_numbers_it_has(String arch) {
    assertThat(provider.supports(new Platform("Linux", arch)).supported()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ppc64le", "s390x", "loongarch64", "arm", "i386", "mips64"})
  void refuses_every_other_cpu_by_name(String arch) {
    assertThat(provider.supports(new Platform("Linux", arch)).supported()).isFalse();
    assertThat(provider.supports(new Platform("Linux", arch)).reason()).contains(arch);
  }

  @Test
  void refuses_other_systems_by_name() {
    assertThat(provider.supports(new Platform("Plan 9", "amd64")).reason())
        .isEqualTo("this is Plan 9, not Linux");
  }
}
