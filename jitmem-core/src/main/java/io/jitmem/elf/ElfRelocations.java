package io.jitmem.elf;

import java.util.List;

/**
 * The relocations of one section.
 *
 * @param table the section that holds them
 * @param target the number of the section that they change
 * @param explicitAddends whether each has its addend ({@code RELA}); else it lies where the
 *     relocation's value will be ({@code REL})
 */
public record ElfRelocations(
    ElfSection table, int target, boolean explicitAddends, List<ElfRelocation> all) {
  /** Copies the list. */
  public ElfRelocations {
    all = List.copyOf(all);
  }
}
