package io.jitmem.tool.objects;

import io.jitmem.elf.ElfObject;
import io.jitmem.elf.ElfRelocation;
import io.jitmem.elf.ElfRelocations;
import io.jitmem.elf.ElfSection;
import io.jitmem.elf.ElfSymbol;
import io.jitmem.elf.RelocationNames;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What an object file holds.
 *
 * @param name of the file, or of the member of a library
 * @param cpu of its machine code; empty if it is not read at all
 * @param obstacle why it cannot be loaded; empty if it can
 */
record ObjectReport(
    String name,
    String cpu,
    String obstacle,
    List<ElfSection> sections,
    List<ElfSymbol> defined,
    List<ElfSymbol> undefined,
    List<RelocationCount> relocations) {
  /** How often a kind of relocation is in a file. */
  record RelocationCount(String kind, int count) {}

  /** A file that is not read at all. */
  static ObjectReport unreadable(String name, String obstacle) {
    return new ObjectReport(name, "", obstacle, List.of(), List.of(), List.of(), List.of());
  }

  /** A file that was read. */
  static ObjectReport of(String name, ElfObject object, String obstacle) {
    List<ElfSymbol> defined = new ArrayList<>();
    List<ElfSymbol> undefined = new ArrayList<>();
    for (ElfSymbol symbol : object.symbols()) {
      if (!symbol.isLocal()) {
        (symbol.isDefined() ? defined : undefined).add(symbol);
      }
    }
    return new ObjectReport(
        name,
        SymbolWords.cpu(object.machine()),
        obstacle,
        object.sections(),
        defined,
        undefined,
        count(object));
  }

  boolean isLoadable() {
    return obstacle.isEmpty();
  }

  /** The name of the section that holds a symbol, or what takes its place. */
  String place(ElfSymbol symbol) {
    return symbol.section() == 0
        ? SymbolWords.place(symbol)
        : sections.get(symbol.section() - 1).name();
  }

  private static List<RelocationCount> count(ElfObject object) {
    TreeMap<Integer, Integer> counts = new TreeMap<>(Integer::compareUnsigned);
    for (ElfRelocations relocations : object.relocations()) {
      for (ElfRelocation relocation : relocations.all()) {
        counts.merge(relocation.type(), 1, Integer::sum);
      }
    }
    List<RelocationCount> all = new ArrayList<>();
    counts.forEach((type, count) ->
        all.add(new RelocationCount(RelocationNames.of(object.machine(), type), count)));
    return all;
  }
}
