package io.jitmem.elf;

import java.util.List;

/**
 * A relocatable ELF file: 64 bits, little-endian. All numbers of sections and symbols in it are
 * those of sections and symbols that it has.
 *
 * @param machine as {@code Elf.EM_*}
 * @param flags whose meaning depends on the machine
 * @param sections all but the first, which is no section: section 1 is at index 0
 * @param symbols all but the first, which is no symbol: symbol 1 is at index 0
 */
public record ElfObject(
    int machine,
    int flags,
    List<ElfSection> sections,
    List<ElfSymbol> symbols,
    List<ElfRelocations> relocations,
    List<ElfGroup> groups) {
  /** Copies the lists. */
  public ElfObject {
    sections = List.copyOf(sections);
    symbols = List.copyOf(symbols);
    relocations = List.copyOf(relocations);
    groups = List.copyOf(groups);
  }

  /**
   * Reads a file.
   *
   * @throws FormatException if it is damaged, or anything else than such an object
   */
  public static ElfObject read(FileBytes file) {
    return new ElfReader(file).read();
  }

  /** The section of a number, 1 or more. */
  public ElfSection section(int index) {
    return sections.get(index - 1);
  }

  /** The symbol of a number, 1 or more. */
  public ElfSymbol symbol(int index) {
    return symbols.get(index - 1);
  }
}
