package io.jitmem.virtmem;

import java.util.Locale;
import java.util.Optional;

/** The instruction sets for which jitmem knows how code is made visible and what traps. */
public enum Architecture {
  /** x86 with 64-bit registers and addresses. */
  X86_64,
  /** Arm, 64-bit state. */
  AARCH64,
  /** RISC-V, 64-bit. */
  RISCV64;

  /**
   * Finds the architecture that a name stands for.
   *
   * @param name a name as in the system property {@code os.arch}, in any case
   * @return the architecture, or empty for one that jitmem does not know
   */
  public static Optional<Architecture> of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64", "x86-64", "x64" -> Optional.of(X86_64);
      case "aarch64", "arm64" -> Optional.of(AARCH64);
      case "riscv64" -> Optional.of(RISCV64);
      default -> Optional.empty();
    };
  }
}
