package io.jitmem.elf;

/** What a file is, by its first bytes. */
public enum FileKind {
  /** An ELF file of any class, order and type. */
  ELF("an ELF file"),
  /** A static library. */
  ARCHIVE("a static library"),
  /** A static library whose members are files elsewhere. */
  THIN_ARCHIVE("a thin archive: its members are in other files"),
  /** A file of LLVM's intermediate code. */
  BITCODE("LLVM bitcode: compile without -flto"),
  /** An object file, a library or a program in the format of Mach. */
  MACH_O("a Mach-O file"),
  /** An object file in the format that PE executables are made of. */
  COFF("a COFF object file"),
  /** An executable or a DLL. */
  PE("a PE executable or DLL"),
  /** A WebAssembly module. */
  WASM("a WebAssembly module"),
  /** Nothing. */
  EMPTY("an empty file"),
  /** Anything else. */
  UNKNOWN("neither an ELF file nor a static library");

  private static final int COFF_X86_64 = 0x8664;
  private static final int COFF_ARM64 = 0xaa64;
  private static final int COFF_I386 = 0x14c;

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  /** What it is, as an error says it, with an article. */
  public String description() {
    return description;
  }

  /** The kind of a file. */
  public static FileKind of(FileBytes file) {
    if (file.byteSize() == 0) {
      return EMPTY;
    }
    for (Magic magic : Magic.ALL) {
      if (file.startsWith(magic.start)) {
        return magic.kind;
      }
    }
    return isCoff(file) ? COFF : UNKNOWN;
  }

  /** A COFF file starts with its machine; its header has 20 bytes, and no optional one follows. */
  private static boolean isCoff(FileBytes file) {
    if (file.byteSize() < 20 || file.u16(16) != 0) {
      return false;
    }
    int machine = file.u16(0);
    return machine == COFF_X86_64 || machine == COFF_ARM64 || machine == COFF_I386;
  }

  private record Magic(String start, FileKind kind) {
    static final Magic[] ALL = {
      new Magic("\u007fELF", ELF),
      new Magic("!<arch>\n", ARCHIVE),
      new Magic("!<thin>\n", THIN_ARCHIVE),
      new Magic("BC\u00c0\u00de", BITCODE),
      new Magic("\u00de\u00c0\u0017\u000b", BITCODE),
      new Magic("\u00cf\u00fa\u00ed\u00fe", MACH_O),
      new Magic("\u00ce\u00fa\u00ed\u00fe", MACH_O),
      new Magic("\u00ca\u00fe\u00ba\u00be", MACH_O),
      new Magic("MZ", PE),
      new Magic("\u0000asm", WASM),
    };
  }
}
