package io.jitmem.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jitmem.virtmem.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the provider answers, without a native call. */
class WindowsProviderTest {
  private final WindowsProvider provider = new WindowsProvider();

  @ParameterizedTest
  @CsvSource({
    "Windows 11, amd64",
    "Windows 10, aarch64",
    "Windows Server 2022, amd64",
  })
  void serves_windows_on_the_cpus_that_it_knows(String system, String cpu) {
    assertThat(provider.supports(new Platform(system, cpu)).supported()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, 'this is Linux, not Windows'",
    "Windows 11, x86, 'x86-64 and AArch64, not on x86'",
    "Windows 11, riscv64, 'x86-64 and AArch64, not on riscv64'",
  })
  void says_why_it_does_not_serve_others(String system, String cpu, String reason) {
    assertThat(provider.supports(new Platform(system, cpu)).reason()).contains(reason);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there it opens")
  void does_not_open_elsewhere() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(provider::open)
        .withMessageContaining("not Windows");
  }
}
