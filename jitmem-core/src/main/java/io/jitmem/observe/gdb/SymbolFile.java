package io.jitmem.observe.gdb;

import io.jitmem.elf.Elf;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.gdb.ElfFile.Section;
import io.jitmem.observe.tables.ByteWriter;
import io.jitmem.observe.tables.Frames;
import io.jitmem.observe.tables.FunctionRange;

/**
 * The object file by which gdb knows some code: a {@code .text} without contents at the code's
 * address, the symbols of its functions, and how to leave them. It holds no copy of the code, which
 * gdb reads where it is.
 */
final class SymbolFile {
  private static final int TEXT = 1;
  private static final int STRINGS = 2;

  private final PublishedCode code;
  private final ElfFile elf;
  private final ByteWriter symbols = new ByteWriter();
  private final ByteWriter strings = new ByteWriter();

  private SymbolFile(PublishedCode code) {
    this.code = code;
    elf = new ElfFile(code.architecture(), ElfFile.ET_REL, 0);
  }

  /**
   * The file of some code.
   *
   * @throws IllegalArgumentException if its symbols or frames are not of this code
   */
  static byte[] of(PublishedCode code) {
    return new SymbolFile(code).write();
  }

  private byte[] write() {
    addSymbols();
    elf.add(
        new Section(
            ".text",
            Elf.SHT_NOBITS,
            Elf.SHF_ALLOC | Elf.SHF_EXECINSTR,
            code.range().address(),
            elf.bytes().byteSize(),
            code.range().byteSize(),
            0,
            0,
            0));
    addTable(".strtab", Elf.SHT_STRTAB, strings, 0, 0, 0);
    // The first symbol is the last that is local.
    addTable(".symtab", Elf.SHT_SYMTAB, symbols, STRINGS, 1, ElfFile.SYMBOL_SIZE);
    Frames.of(code).ifPresent(this::addFrames);
    return elf.toArray();
  }

  private void addSymbols() {
    symbols.zeros(ElfFile.SYMBOL_SIZE);
    strings.u8(0);
    for (FunctionRange function : FunctionRange.of(code)) {
      ElfFile.symbol(
          symbols,
          strings.text(function.name()),
          Elf.STT_FUNC,
          TEXT,
          function.offset(),
          function.byteSize());
    }
  }

  private void addTable(
      String name, int type, ByteWriter table, int link, int info, int entrySize) {
    int at = elf.bytes().align(8).byteSize();
    elf.bytes().raw(table.toArray());
    elf.add(new Section(name, type, 0, 0, at, table.byteSize(), link, info, entrySize));
  }

  /** Distances in the code's own frames are from where those are. */
  private void addFrames(Frames frames) {
    int at = elf.bytes().align(8).byteSize();
    byte[] bytes = frames.toArray();
    elf.bytes().raw(bytes);
    elf.add(
        new Section(
            ".eh_frame",
            Elf.SHT_PROGBITS,
            Elf.SHF_ALLOC,
            frames.address(),
            at,
            bytes.length,
            0,
            0,
            0));
  }
}
