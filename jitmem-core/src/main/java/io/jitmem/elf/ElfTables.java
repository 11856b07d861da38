package io.jitmem.elf;

import static io.jitmem.elf.Elf.*;

import io.jitmem.elf.ElfSymbol.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the symbols, relocations and groups of an object file whose sections are known. */
final class ElfTables {
  private static final int SYMBOL_BYTES = 24;

  private final FileBytes file;
  private final List<ElfSection> sections;
  private final @Nullable ElfSection symbolTable;
  private final List<ElfSymbol> symbols;

  ElfTables(FileBytes file, List<ElfSection> sections) {
    this.file = file;
    this.sections = sections;
    symbolTable = onlySymbolTable();
    symbols = symbolTable == null ? List.of() : readSymbols(symbolTable);
  }

  List<ElfSymbol> symbols() {
    return symbols;
  }

  List<ElfRelocations> relocations() {
    List<ElfRelocations> all = new ArrayList<>();
    for (ElfSection section : sections) {
      if (section.type() == SHT_RELA || section.type() == SHT_REL) {
        all.add(readRelocations(section));
      }
    }
    return all;
  }

  List<ElfGroup> groups() {
    List<ElfGroup> all = new ArrayList<>();
    boolean[] taken = new boolean[sections.size() + 1];
    for (ElfSection section : sections) {
      if (section.type() == SHT_GROUP) {
        all.add(readGroup(section, taken));
      }
    }
    return all;
  }

  private @Nullable ElfSection onlySymbolTable() {
    ElfSection only = null;
    for (ElfSection section : sections) {
      if (section.type() == SHT_SYMTAB) {
        if (only != null) {
          throw header(section).wrong("sh_type", 4, SHT_SYMTAB, "a second symbol table");
        }
        only = section;
      }
    }
    return only;
  }

  private List<ElfSymbol> readSymbols(ElfSection table) {
    int count = entryCount(table, SYMBOL_BYTES);
    StringTable names = names(table);
    FileBytes numbers = extendedNumbers(table, count);
    List<ElfSymbol> read = new ArrayList<>(count);
    for (int i = 1; i < count; i++) {
      Entry entry = entry(table, i, SYMBOL_BYTES, "symbol");
      read.add(symbol(entry, names.at(entry.u32(0), entry, "st_name", 0), numbers));
    }
    return read;
  }

  private StringTable names(ElfSection table) {
    Entry entry = header(table);
    entry.require("sh_link", 40, table.link(), 1, sections.size());
    ElfSection strings = sections.get(table.link() - 1);
    header(strings).require("sh_type", 4, strings.type(), SHT_STRTAB, SHT_STRTAB);
    return new StringTable(file, offset(strings), strings.byteSize(), (byte) 0);
  }

  /** The numbers of sections that do not fit a symbol's 16 bits. */
  private FileBytes extendedNumbers(ElfSection symbolTable, int count) {
    for (ElfSection section : sections) {
      if (section.type() == SHT_SYMTAB_SHNDX && section.link() == symbolTable.index()) {
        header(section).require("sh_size", 32, section.byteSize(), 4L * count, 4L * count);
        return section.bytes();
      }
    }
    return file.slice(0, 0);
  }

  private ElfSymbol symbol(Entry entry, String name, FileBytes extended) {
    int number = entry.u16(6);
    int section = 0;
    if (number == SHN_XINDEX) {
      if (extended.byteSize() == 0) {
        throw entry.wrong("st_shndx", 6, number, "in a table that the file does not have");
      }
      section =
          (int) entry.require("st_shndx", 6, extended.u32(4L * entry.index()), 1, sections.size());
    } else if (number < SHN_LORESERVE && number != SHN_UNDEF) {
      section = (int) entry.require("st_shndx", 6, number, 1, sections.size());
    }
    return new ElfSymbol(
        entry.index(),
        name,
        entry.u8(4) >> 4,
        entry.u8(4) & 0xf,
        entry.u8(5) & 3,
        place(number),
        section,
        entry.s64(8),
        entry.s64(16));
  }

  private static Place place(int number) {
    return switch (number) {
      case SHN_UNDEF -> Place.UNDEFINED;
      case SHN_ABS -> Place.ABSOLUTE;
      case SHN_COMMON, SHN_X86_64_LCOMMON -> Place.COMMON;
      case SHN_XINDEX -> Place.SECTION;
      default -> number < SHN_LORESERVE ? Place.SECTION : Place.OTHER;
    };
  }

  private ElfRelocations readRelocations(ElfSection table) {
    requireOwnSymbols(table);
    header(table).require("sh_info", 44, table.info(), 1, sections.size());
    boolean explicit = table.type() == SHT_RELA;
    int entryBytes = explicit ? 24 : 16;
    int count = entryCount(table, entryBytes);
    String kind = table + ", relocation";
    List<ElfRelocation> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      read.add(relocation(entry(table, i, entryBytes, kind), explicit));
    }
    return new ElfRelocations(table, table.info(), explicit, read);
  }

  private ElfRelocation relocation(Entry entry, boolean explicit) {
    long symbol = entry.require("r_sym", 12, entry.u32(12), 0, symbols.size());
    return new ElfRelocation(
        entry.s64(0), (int) entry.u32(8), (int) symbol, explicit ? entry.s64(16) : 0);
  }

  private ElfGroup readGroup(ElfSection section, boolean[] taken) {
    requireOwnSymbols(section);
    int count = entryCount(section, 4);
    header(section).require("sh_size", 32, section.byteSize(), 4, file.byteSize());
    header(section).require("sh_info", 44, section.info(), 1, symbols.size());
    List<Integer> members = new ArrayList<>(count);
    for (int i = 1; i < count; i++) {
      members.add(member(entry(section, i, 4, section + ", member"), taken));
    }
    boolean comdat = (section.bytes().s32(0) & GRP_COMDAT) != 0;
    return new ElfGroup(section, comdat, symbols.get(section.info() - 1), members);
  }

  private int member(Entry entry, boolean[] taken) {
    int number = (int) entry.require("number", 0, entry.u32(0), 1, sections.size());
    if (taken[number]) {
      throw entry.wrong("number", 0, number, "in a group already");
    }
    taken[number] = true;
    return number;
  }

  private void requireOwnSymbols(ElfSection section) {
    int own = symbolTable == null ? 0 : symbolTable.index();
    if (own == 0 || section.link() != own) {
      throw header(section).wrong("sh_link", 40, section.link(), "not the symbol table's " + own);
    }
  }

  private int entryCount(ElfSection table, int entryBytes) {
    Entry entry = header(table);
    entry.require("sh_entsize", 56, table.entrySize(), entryBytes, entryBytes);
    if (table.byteSize() % entryBytes != 0) {
      throw entry.wrong("sh_size", 32, table.byteSize(), "not a multiple of " + entryBytes);
    }
    return (int) (table.byteSize() / entryBytes);
  }

  private Entry header(ElfSection section) {
    return new Entry(file, section.headerOffset(), "section", section.index());
  }

  private Entry entry(ElfSection table, int index, int entryBytes, String kind) {
    return new Entry(file, offset(table) + (long) index * entryBytes, kind, index);
  }

  /** Where a section's bytes lie in the file. */
  private long offset(ElfSection section) {
    return file.s64(section.headerOffset() + 24);
  }
}
