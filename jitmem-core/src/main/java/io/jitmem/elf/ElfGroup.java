package io.jitmem.elf;

import java.util.List;

/**
 * Sections that are kept or dropped together.
 *
 * @param section the section that describes the group
 * @param comdat whether one group of this name is enough for the whole program
 * @param signature the symbol that names the group
 * @param members the numbers of its sections
 */
public record ElfGroup(
    ElfSection section, boolean comdat, ElfSymbol signature, List<Integer> members) {
  /** Copies the list. */
  public ElfGroup {
    members = List.copyOf(members);
  }
}
