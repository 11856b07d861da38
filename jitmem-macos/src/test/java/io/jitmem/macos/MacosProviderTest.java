package io.jitmem.macos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacosProviderTest {
  private final MacosProvider provider = new MacosProvider();

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void serves_the_cpus_that_macos_runs_on(String arch) {
    assertThat(provider.supports(new Platform("Mac OS X", arch)).supported()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"riscv64", "ppc64", "i386"})
  void refuses_every_other_cpu_by_name(String arch) {
    assertThat(provider.supports(new Platform("Mac OS X", arch)).supported()).isFalse();
    assertThat(provider.supports(new Platform("Mac OS X", arch)).reason()).contains(arch);
  }

  @Test
  void refuses_other_systems_by_name() {
    assertThat(provider.supports(new Platform("Linux", "amd64")).reason())
        .isEqualTo("this is Linux, not macOS");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "on macOS it opens")
  void does_not_open_elsewhere() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(provider::open)
        .withMessage("this is Linux, not macOS");
  }
}
