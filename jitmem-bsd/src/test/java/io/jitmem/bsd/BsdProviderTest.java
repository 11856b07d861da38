package io.jitmem.bsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BsdProviderTest {
  private final BsdProvider provider = new BsdProvider();

  @ParameterizedTest
  @CsvSource({
    "FreeBSD, amd64",
    "FreeBSD, aarch64",
    "NetBSD, amd64",
    "NetBSD, aarch64",
    "OpenBSD, amd64",
    "OpenBSD, aarch64",
    "DragonFly, x86_64",
  })
  void serves_the_systems_and_cpus_whose_numbers_it_has(String system, String arch) {
    assertThat(provider.supports(new Platform(system, arch)).supported()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "FreeBSD, riscv64",
    "NetBSD, riscv64",
    "OpenBSD, riscv64",
    "OpenBSD, sparc64",
    "DragonFly, aarch64",
    "NetBSD, i386",
  })
  void refuses_other_cpus_by_name(String system, String arch) {
    assertThat(provider.supports(new Platform(system, arch)).supported()).isFalse();
    assertThat(provider.supports(new Platform(system, arch)).reason()).contains(system, arch);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Linux", "Mac OS X", "MidnightBSD"})
  void refuses_other_systems_by_name(String system) {
    assertThat(provider.supports(new Platform(system, "amd64")).reason())
        .isEqualTo("this is " + system + ", not a BSD");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "on a BSD it opens")
  void does_not_open_elsewhere() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(provider::open)
        .withMessage("this is Linux, not a BSD");
  }
}
