package io.jitmem.elf;

/** Numbers of the ELF format, named as in {@code elf.h}. */
public final class Elf {
  /** Machines, {@code e_machine}. */
  public static final int EM_X86_64 = 62;

  public static final int EM_AARCH64 = 183;
  public static final int EM_RISCV = 243;

  /** Types of sections. */
  public static final int SHT_NULL = 0;

  public static final int SHT_PROGBITS = 1;
  public static final int SHT_SYMTAB = 2;
  public static final int SHT_STRTAB = 3;
  public static final int SHT_RELA = 4;
  public static final int SHT_NOTE = 7;
  public static final int SHT_NOBITS = 8;
  public static final int SHT_REL = 9;
  public static final int SHT_INIT_ARRAY = 14;
  public static final int SHT_FINI_ARRAY = 15;
  public static final int SHT_PREINIT_ARRAY = 16;
  public static final int SHT_GROUP = 17;
  public static final int SHT_SYMTAB_SHNDX = 18;
  public static final int SHT_RELR = 19;
  public static final int SHT_CREL = 0x40000014;
  public static final int SHT_X86_64_UNWIND = 0x70000001;

  /** Flags of sections. */
  public static final long SHF_WRITE = 1;

  public static final long SHF_ALLOC = 1 << 1;
  public static final long SHF_EXECINSTR = 1 << 2;
  public static final long SHF_MERGE = 1 << 4;
  public static final long SHF_STRINGS = 1 << 5;
  public static final long SHF_TLS = 1 << 10;
  public static final long SHF_COMPRESSED = 1 << 11;

  /** Bindings of symbols. */
  public static final int STB_LOCAL = 0;

  public static final int STB_GLOBAL = 1;
  public static final int STB_WEAK = 2;
  public static final int STB_GNU_UNIQUE = 10;

  /** Types of symbols. */
  public static final int STT_NOTYPE = 0;

  public static final int STT_OBJECT = 1;
  public static final int STT_FUNC = 2;
  public static final int STT_SECTION = 3;
  public static final int STT_FILE = 4;
  public static final int STT_COMMON = 5;
  public static final int STT_TLS = 6;
  public static final int STT_GNU_IFUNC = 10;

  /** Section numbers of symbols. */
  static final int SHN_UNDEF = 0;

  static final int SHN_LORESERVE = 0xff00;
  static final int SHN_X86_64_LCOMMON = 0xff02;
  static final int SHN_ABS = 0xfff1;
  static final int SHN_COMMON = 0xfff2;
  static final int SHN_XINDEX = 0xffff;

  /** Flags of groups. */
  static final int GRP_COMDAT = 1;

  static final int ET_REL = 1;
  static final int EV_CURRENT = 1;

  private Elf() {}
}
