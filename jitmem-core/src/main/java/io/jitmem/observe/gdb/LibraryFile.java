package io.jitmem.observe.gdb;

import io.jitmem.elf.Elf;
import io.jitmem.observe.gdb.ElfFile.Section;
import io.jitmem.observe.tables.ByteWriter;
import io.jitmem.virtmem.Architecture;

/**
 * The shared library that has what gdb looks for, as a compiler would make it of
 *
 * <pre>{@code
 * struct jit_descriptor __jit_debug_descriptor = { 1, JIT_NOACTION, 0, 0 };
 * void __jit_debug_register_code(void) {}
 * }</pre>
 *
 * <p>It has two segments, each as far from the start in memory as in the file, plus a distance that
 * is a multiple of any page size; and sections, by which gdb finds the symbols.
 */
final class LibraryFile {
  static final String DESCRIPTOR = "__jit_debug_descriptor";
  static final String REGISTER = "__jit_debug_register_code";

  /** {@code sizeof(struct jit_descriptor)}. */
  static final int DESCRIPTOR_SIZE = 24;

  /** {@code DT_} numbers of the dynamic section. */
  private static final int DT_HASH = 4;

  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int DT_STRSZ = 10;
  private static final int DT_SYMENT = 11;
  private static final int SHT_HASH = 5;
  private static final int SHT_DYNAMIC = 6;
  private static final int SHT_DYNSYM = 11;
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_GNU_STACK = 0x6474e551;
  private static final int READ = 4;
  private static final int WRITE = 2;
  private static final int EXECUTE = 1;

  /** The largest page size. */
  private static final int PAGE = 1 << 16;

  private static final int SEGMENTS = 4;

  /** Offsets of the parts in the file. */
  private static final int SYMBOLS = ElfFile.HEADER_SIZE + SEGMENTS * ElfFile.SEGMENT_SIZE;

  private static final int HASH = SYMBOLS + 3 * ElfFile.SYMBOL_SIZE;
  private static final int HASH_SIZE = 6 * 4;
  private static final int CODE = HASH + HASH_SIZE;
  private static final int CODE_SIZE = 8;
  private static final int DYNAMIC = CODE + CODE_SIZE;
  private static final int DYNAMIC_SIZE = 6 * 16;
  private static final int DATA = DYNAMIC + DYNAMIC_SIZE;
  private static final int STRINGS = DATA + DESCRIPTOR_SIZE;

  private static final int TEXT_SECTION = 4;
  private static final int DATA_SECTION = 6;

  private final ElfFile elf;
  private final ByteWriter strings = new ByteWriter();
  private final int descriptorName;
  private final int registerName;

  private LibraryFile(Architecture architecture) {
    elf = new ElfFile(architecture, ElfFile.ET_DYN, SEGMENTS);
    strings.u8(0);
    descriptorName = strings.text(DESCRIPTOR);
    registerName = strings.text(REGISTER);
  }

  /** The library for a CPU. */
  static byte[] of(Architecture architecture) {
    LibraryFile library = new LibraryFile(architecture);
    library.addSegments();
    library.addSymbols();
    library.addCode(architecture);
    library.addData();
    library.elf.bytes().raw(library.strings.toArray());
    library.addSections();
    return library.elf.toArray();
  }

  private void addSegments() {
    int end = STRINGS + strings.byteSize();
    segment(PT_LOAD, READ | EXECUTE, 0, 0, end, PAGE);
    segment(PT_LOAD, READ | WRITE, DYNAMIC, PAGE + DYNAMIC, STRINGS - DYNAMIC, PAGE);
    segment(PT_DYNAMIC, READ | WRITE, DYNAMIC, PAGE + DYNAMIC, DYNAMIC_SIZE, 8);
    // Without this one, the process's stacks would be made executable.
    segment(PT_GNU_STACK, READ | WRITE, 0, 0, 0, 16);
  }

  private void segment(int type, int flags, long offset, long address, long byteSize, int align) {
    elf.bytes().u32(type).u32(flags).u64(offset).u64(address).u64(address);
    elf.bytes().u64(byteSize).u64(byteSize).u64(align);
  }

  private void addSymbols() {
    ByteWriter bytes = elf.bytes().zeros(ElfFile.SYMBOL_SIZE);
    ElfFile.symbol(
        bytes, descriptorName, Elf.STT_OBJECT, DATA_SECTION, PAGE + DATA, DESCRIPTOR_SIZE);
    ElfFile.symbol(bytes, registerName, Elf.STT_FUNC, TEXT_SECTION, CODE, CODE_SIZE);
    // One bucket, which is a chain of both: 1, 2, end.
    bytes.u32(1).u32(3).u32(1).u32(0).u32(2).u32(0);
  }

  /** A return, and nothing behind it that is executed. */
  private void addCode(Architecture architecture) {
    ByteWriter bytes = elf.bytes();
    switch (architecture) {
      case X86_64 -> bytes.u8(0xc3).zeros(7);
      case AARCH64 -> bytes.u32(0xd65f03c0).u32(0);
      case RISCV64 -> bytes.u32(0x00008067).u32(0);
    }
  }

  private void addData() {
    ByteWriter bytes = elf.bytes();
    bytes.u64(DT_HASH).u64(HASH).u64(DT_SYMTAB).u64(SYMBOLS).u64(DT_STRTAB).u64(STRINGS);
    bytes.u64(DT_STRSZ).u64(strings.byteSize()).u64(DT_SYMENT).u64(ElfFile.SYMBOL_SIZE);
    bytes.u64(0).u64(0);
    bytes.u32(1).u32(0).u64(0).u64(0); // version 1, no action, no entries
  }

  private void addSections() {
    int text = strings.byteSize();
    add(".dynsym", SHT_DYNSYM, 0, SYMBOLS, HASH - SYMBOLS, 2, 1, ElfFile.SYMBOL_SIZE);
    add(".dynstr", Elf.SHT_STRTAB, 0, STRINGS, text, 0, 0, 0);
    add(".hash", SHT_HASH, 0, HASH, HASH_SIZE, 1, 0, 4);
    add(".text", Elf.SHT_PROGBITS, Elf.SHF_EXECINSTR, CODE, CODE_SIZE, 0, 0, 0);
    add(".dynamic", SHT_DYNAMIC, Elf.SHF_WRITE, DYNAMIC, DYNAMIC_SIZE, 2, 0, 16);
    add(".data", Elf.SHT_PROGBITS, Elf.SHF_WRITE, DATA, DESCRIPTOR_SIZE, 0, 0, 0);
  }

  private void add(
      String name, int type, long flags, int offset, int size, int link, int info, int entrySize) {
    long address = (flags & Elf.SHF_WRITE) == 0 ? offset : PAGE + offset;
    elf.add(
        new Section(
            name, type, flags | Elf.SHF_ALLOC, address, offset, size, link, info, entrySize));
  }
}
