package io.jitmem.tool.objects;

import io.jitmem.elf.Elf;
import io.jitmem.elf.ElfSection;
import io.jitmem.elf.ElfSymbol;

/** Words for the numbers of the format. */
final class SymbolWords {
  private SymbolWords() {}

  static String cpu(int machine) {
    return switch (machine) {
      case Elf.EM_X86_64 -> "x86-64";
      case Elf.EM_AARCH64 -> "AArch64";
      default -> "RISC-V";
    };
  }

  static String kind(ElfSection section) {
    if (!section.has(Elf.SHF_ALLOC) || section.type() == Elf.SHT_NOTE) {
      return "not loaded";
    }
    if (section.has(Elf.SHF_TLS)) {
      return "thread-local";
    }
    if (section.has(Elf.SHF_EXECINSTR)) {
      return "code";
    }
    if (section.type() == Elf.SHT_NOBITS) {
      return "zero-initialised";
    }
    return section.has(Elf.SHF_WRITE) ? "data" : "read-only data";
  }

  static String type(ElfSymbol symbol) {
    return switch (symbol.type()) {
      case Elf.STT_FUNC -> "function";
      case Elf.STT_OBJECT, Elf.STT_COMMON -> "object";
      case Elf.STT_TLS -> "thread-local";
      case Elf.STT_GNU_IFUNC -> "ifunc";
      default -> "symbol";
    };
  }

  static String binding(ElfSymbol symbol) {
    return switch (symbol.binding()) {
      case Elf.STB_WEAK -> "weak";
      case Elf.STB_GNU_UNIQUE -> "unique";
      default -> "global";
    };
  }

  static String place(ElfSymbol symbol) {
    return switch (symbol.place()) {
      case ABSOLUTE -> "absolute";
      case COMMON -> "common";
      default -> "";
    };
  }
}
