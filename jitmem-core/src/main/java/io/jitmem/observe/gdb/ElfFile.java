package io.jitmem.observe.gdb;

import io.jitmem.elf.Elf;
import io.jitmem.observe.tables.ByteWriter;
import io.jitmem.virtmem.Architecture;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a 64-bit ELF file: a header, what the sections hold, and the table of sections. Not
 * thread-safe.
 */
final class ElfFile {
  static final int ET_REL = 1;
  static final int ET_DYN = 3;

  /** {@code sizeof(Elf64_Ehdr)}, {@code Elf64_Phdr}, {@code Elf64_Shdr} and {@code Elf64_Sym}. */
  static final int HEADER_SIZE = 64;

  static final int SEGMENT_SIZE = 56;
  private static final int SECTION_SIZE = 64;
  static final int SYMBOL_SIZE = 24;

  private static final int E_FLAGS = 48;
  private static final int E_SHOFF = 40;

  /** {@code EF_RISCV_RVC | EF_RISCV_FLOAT_ABI_DOUBLE}: what systems with a JVM have. */
  private static final int RISCV_FLAGS = 5;

  /** The fields of an {@code Elf64_Shdr} that follow the name. */
  record Section(
      String name,
      int type,
      long flags,
      long address,
      long offset,
      long byteSize,
      int link,
      int info,
      int entrySize) {}

  private final ByteWriter file = new ByteWriter();
  private final List<Section> sections = new ArrayList<>();

  ElfFile(Architecture architecture, int type, int segmentCount) {
    file.u8(0x7f, 'E', 'L', 'F', 2, 1, 1).zeros(9); // 64 bits, lowest byte first, version 1
    file.u16(type).u16(machine(architecture)).u32(1).u64(0);
    file.u64(segmentCount == 0 ? 0 : HEADER_SIZE).u64(0);
    file.u32(0).u16(HEADER_SIZE).u16(SEGMENT_SIZE).u16(segmentCount).u16(SECTION_SIZE);
    file.u16(0).u16(0); // how many sections, and which one holds their names: known in the end
    file.replace32(E_FLAGS, architecture == Architecture.RISCV64 ? RISCV_FLAGS : 0);
    sections.add(new Section("", Elf.SHT_NULL, 0, 0, 0, 0, 0, 0, 0));
  }

  private static int machine(Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> Elf.EM_X86_64;
      case AARCH64 -> Elf.EM_AARCH64;
      case RISCV64 -> Elf.EM_RISCV;
    };
  }

  /** What follows what was written so far. */
  ByteWriter bytes() {
    return file;
  }

  void add(Section section) {
    sections.add(section);
  }

  /** Writes an {@code Elf64_Sym} of a global symbol with default visibility. */
  static void symbol(
      ByteWriter symbols, int name, int type, int section, long value, long byteSize) {
    symbols.u32(name).u8((Elf.STB_GLOBAL << 4) | type, 0).u16(section).u64(value).u64(byteSize);
  }

  /** Adds the table of sections; nothing may be added afterwards. */
  byte[] toArray() {
    ByteWriter names = new ByteWriter();
    int[] nameAt = new int[sections.size() + 1];
    for (int i = 0; i < sections.size(); i++) {
      nameAt[i] = names.text(sections.get(i).name());
    }
    nameAt[sections.size()] = names.text(".shstrtab");
    add(new Section(".shstrtab", Elf.SHT_STRTAB, 0, 0, file.byteSize(), names.byteSize(), 0, 0, 0));
    file.raw(names.toArray()).align(8);
    file.replace32(E_SHOFF, file.byteSize());
    // e_shnum and e_shstrndx
    file.replace32(HEADER_SIZE - 4, sections.size() | (sections.size() - 1) << 16);
    for (int i = 0; i < sections.size(); i++) {
      write(sections.get(i), nameAt[i]);
    }
    return file.toArray();
  }

  private void write(Section section, int name) {
    file.u32(name).u32(section.type()).u64(section.flags()).u64(section.address());
    file.u64(section.offset()).u64(section.byteSize()).u32(section.link()).u32(section.info());
    file.u64(1).u64(section.entrySize());
  }
}
