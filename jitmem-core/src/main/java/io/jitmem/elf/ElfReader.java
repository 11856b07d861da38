package io.jitmem.elf;

import static io.jitmem.elf.Elf.*;

import java.util.ArrayList;
import java.util.List;

/** Reads the header and the sections of an object file; {@link ElfTables} reads what is in them. */
final class ElfReader {
  private static final int HEADER_BYTES = 64;
  private static final int SECTION_BYTES = 64;
  private static final long MAX_ALIGNMENT = 1L << 32;

  private final FileBytes file;
  private final Entry header;
  private final List<ElfSection> sections = new ArrayList<>();

  ElfReader(FileBytes file) {
    this.file = file;
    header = new Entry(file, 0, "header", -1);
  }

  ElfObject read() {
    requireElf();
    requireObject();
    requireKnownMachine();
    readSections();
    requireDisjoint();
    ElfTables tables = new ElfTables(file, sections);
    return new ElfObject(
        header.u16(18),
        (int) header.u32(48),
        sections,
        tables.symbols(),
        tables.relocations(),
        tables.groups());
  }

  private void requireElf() {
    FileKind kind = FileKind.of(file);
    if (kind != FileKind.ELF) {
      throw FormatException.unsupported("this is " + kind.description());
    }
    file.slice(0, Math.max(file.byteSize(), HEADER_BYTES));
    switch (header.u8(4)) {
      case 2 -> {}
      case 1 -> throw FormatException.unsupported("this is a 32-bit ELF file");
      default -> header.require("EI_CLASS", 4, header.u8(4), 1, 2);
    }
    switch (header.u8(5)) {
      case 1 -> {}
      case 2 -> throw FormatException.unsupported("this is a big-endian ELF file");
      default -> header.require("EI_DATA", 5, header.u8(5), 1, 2);
    }
    header.require("EI_VERSION", 6, header.u8(6), EV_CURRENT, EV_CURRENT);
  }

  private void requireObject() {
    int type = header.u16(16);
    if (type != ET_REL) {
      throw FormatException.unsupported(
          "this is "
              + switch (type) {
                case 2 -> "an executable";
                case 3 -> "a shared library or an executable; name it for look-ups instead";
                case 4 -> "a core dump";
                default -> "an ELF file of type " + type;
              }
              + "; only relocatable object files are read");
    }
    header.require("e_version", 20, header.u32(20), EV_CURRENT, EV_CURRENT);
    header.require("e_ehsize", 52, header.u16(52), HEADER_BYTES, HEADER_BYTES);
  }

  /** Tables of another CPU may have another form. */
  private void requireKnownMachine() {
    int machine = header.u16(18);
    if (machine != EM_X86_64 && machine != EM_AARCH64 && machine != EM_RISCV) {
      throw FormatException.unsupported(
          "this is for another CPU, ELF machine "
              + machine
              + "; read are objects for x86-64 (62), AArch64 (183) and RISC-V (243)");
    }
  }

  private void readSections() {
    long table = header.s64(40);
    if (table == 0) {
      return;
    }
    header.require("e_shentsize", 58, header.u16(58), SECTION_BYTES, SECTION_BYTES);
    header.part("e_shoff", 40, table, SECTION_BYTES);
    Entry first = new Entry(file, table, "section", 0);
    int count = sectionCount(table, first);
    int nameTable = nameTable(first, count);
    StringTable names = nameTable == 0 ? noNames() : names(entry(table, nameTable));
    for (int i = 1; i < count; i++) {
      sections.add(section(entry(table, i), names, count));
    }
  }

  /** Numbers that do not fit the header's 16 bits stand in the first section's header. */
  private int sectionCount(long table, Entry first) {
    int most = (int) ((file.byteSize() - table) / SECTION_BYTES);
    int count = header.u16(60);
    return count != 0
        ? (int) header.require("e_shnum", 60, count, 1, most)
        : (int) first.require("sh_size", 32, first.s64(32), 1, most);
  }

  private int nameTable(Entry first, int count) {
    int index = header.u16(62);
    return index != SHN_XINDEX
        ? (int) header.require("e_shstrndx", 62, index, 0, count - 1)
        : (int) first.require("sh_link", 40, first.u32(40), 0, count - 1);
  }

  private Entry entry(long table, int index) {
    return new Entry(file, table + (long) index * SECTION_BYTES, "section", index);
  }

  private StringTable names(Entry entry) {
    entry.require("sh_type", 4, entry.u32(4), SHT_STRTAB, SHT_STRTAB);
    long offset = entry.s64(24);
    long byteSize = entry.s64(32);
    entry.part("sh_offset", 24, offset, byteSize);
    return new StringTable(file, offset, byteSize, (byte) 0);
  }

  /** A file whose sections have no names: each is at offset 0 of a table with nothing in it. */
  private static StringTable noNames() {
    return new StringTable(FileBytes.of(new byte[1]), 0, 1, (byte) 0);
  }

  private ElfSection section(Entry entry, StringTable names, int count) {
    int type = (int) entry.u32(4);
    long byteSize = entry.s64(32);
    if (byteSize < 0) {
      throw entry.wrong("sh_size", 32, byteSize, "not below 2^63");
    }
    boolean inFile = type != SHT_NOBITS && type != SHT_NULL;
    return new ElfSection(
        entry.index(),
        names.at(entry.u32(0), entry, "sh_name", 0),
        type,
        entry.s64(8),
        inFile ? entry.part("sh_offset", 24, entry.s64(24), byteSize) : file.slice(0, 0),
        byteSize,
        (int) entry.require("sh_link", 40, entry.u32(40), 0, count - 1),
        (int) entry.u32(44),
        alignment(entry),
        entry.s64(56),
        entry.base());
  }

  private static long alignment(Entry entry) {
    long alignment = Math.max(1, entry.s64(48));
    if (entry.s64(48) < 0 || Long.bitCount(alignment) != 1) {
      throw entry.wrong("sh_addralign", 48, entry.s64(48), "not a power of two");
    }
    return entry.require("sh_addralign", 48, alignment, 1, MAX_ALIGNMENT);
  }

  /** Sections do not overlap, so what is read of them all is not more than the file. */
  private void requireDisjoint() {
    long left = file.byteSize();
    for (ElfSection section : sections) {
      left -= section.bytes().byteSize();
      if (left < 0) {
        throw new Entry(file, section.headerOffset(), "section", section.index())
            .wrong("sh_size", 32, section.byteSize(), "more than the other sections leave");
      }
    }
  }
}
