package io.jitmem.code;

import io.jitmem.virtmem.Architecture;
import java.util.Optional;

/**
 * What is computed at a relocated place, and how it is encoded there: as the ELF supplement of each
 * CPU defines it.
 */
public sealed interface RelocationKind
    permits X86_64Relocation, AArch64Relocation, RiscVRelocation {
  /**
   * Finds a kind by its number in ELF files.
   *
   * @param architecture the CPU
   * @param elfNumber the type of a relocation entry
   * @return the kind, or empty if jitmem does not know it
   */
  static Optional<RelocationKind> of(Architecture architecture, int elfNumber) {
    return switch (architecture) {
      case X86_64 -> find(X86_64Relocation.values(), elfNumber);
      case AARCH64 -> find(AArch64Relocation.values(), elfNumber);
      case RISCV64 -> find(RiscVRelocation.values(), elfNumber);
    };
  }

  private static Optional<RelocationKind> find(RelocationKind[] kinds, int elfNumber) {
    for (RelocationKind kind : kinds) {
      if (kind.elfNumber() == elfNumber) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /**
   * The CPU that it is for.
   *
   * @return the architecture
   */
  Architecture architecture();

  /**
   * Its number in ELF files.
   *
   * @return the type of a relocation entry
   */
  int elfNumber();

  /**
   * Its name in ELF files.
   *
   * @return the name, as in {@code R_X86_64_PC32}
   */
  String elfName();

  /**
   * How much of the section it changes.
   *
   * @return the number of bytes from the relocation's offset on; of a number of variable length the
   *     least
   */
  int byteSize();
}
