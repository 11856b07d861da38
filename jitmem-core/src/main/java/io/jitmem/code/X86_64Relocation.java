package io.jitmem.code;

import io.jitmem.virtmem.Architecture;

/**
 * Relocations of x86-64, as the System V ABI's supplement for that CPU numbers and defines them:
 * {@code S} is the symbol's address, {@code A} the addend, {@code P} the address of the place.
 */
public enum X86_64Relocation implements RelocationKind {
  /** {@code R_X86_64_NONE}, 0: nothing. */
  NONE(0, "NONE", 0),
  /** {@code R_X86_64_64}, 1: {@code S + A}. */
  ABS64(1, "64", 8),
  /**
   * {@code R_X86_64_PC32}, 2: {@code S + A - P}, signed. A call or jump that does not reach goes
   * through the address table.
   */
  PC32(2, "PC32", 4),
  /**
   * {@code R_X86_64_PLT32}, 4: {@code S + A - P}, signed, of a call or jump, which goes through the
   * address table if it does not reach.
   */
  PLT32(4, "PLT32", 4),
  /**
   * {@code R_X86_64_GOTPCREL}, 9: the address of the symbol's entry in the address table, {@code +
   * A - P}, signed.
   */
  GOTPCREL(9, "GOTPCREL", 4),
  /** {@code R_X86_64_32}, 10: {@code S + A}, unsigned. */
  ABS32(10, "32", 4),
  /** {@code R_X86_64_32S}, 11: {@code S + A}, signed. */
  ABS32S(11, "32S", 4),
  /** {@code R_X86_64_16}, 12: {@code S + A}, signed or unsigned. */
  ABS16(12, "16", 2),
  /** {@code R_X86_64_PC16}, 13: {@code S + A - P}, signed. */
  PC16(13, "PC16", 2),
  /** {@code R_X86_64_8}, 14: {@code S + A}, signed or unsigned. */
  ABS8(14, "8", 1),
  /** {@code R_X86_64_PC8}, 15: {@code S + A - P}, signed. */
  PC8(15, "PC8", 1),
  /** {@code R_X86_64_PC64}, 24: {@code S + A - P}. */
  PC64(24, "PC64", 8),
  /** {@code R_X86_64_GOTOFF64}, 25: {@code S + A -} the address table. */
  GOTOFF64(25, "GOTOFF64", 8),
  /** {@code R_X86_64_GOTPC32}, 26: the address table {@code + A - P}, signed. */
  GOTPC32(26, "GOTPC32", 4),
  /**
   * {@code R_X86_64_GOT64}, 27: the symbol's entry in the address table {@code + A -} the address
   * table.
   */
  GOT64(27, "GOT64", 8),
  /**
   * {@code R_X86_64_GOTPCREL64}, 28: the address of the symbol's entry in the address table, {@code
   * + A - P}.
   */
  GOTPCREL64(28, "GOTPCREL64", 8),
  /** {@code R_X86_64_GOTPC64}, 29: the address table {@code + A - P}. */
  GOTPC64(29, "GOTPC64", 8),
  /** {@code R_X86_64_PLTOFF64}, 31: {@code S + A -} the address table. */
  PLTOFF64(31, "PLTOFF64", 8),
  /** {@code R_X86_64_SIZE32}, 32: the symbol's size {@code + A}, unsigned. */
  SIZE32(32, "SIZE32", 4),
  /** {@code R_X86_64_SIZE64}, 33: the symbol's size {@code + A}. */
  SIZE64(33, "SIZE64", 8),
  /**
   * {@code R_X86_64_GOTPCRELX}, 41: as {@link #GOTPCREL}, of an instruction that is changed to one
   * without the table where the symbol is in reach.
   */
  GOTPCRELX(41, "GOTPCRELX", 4),
  /**
   * {@code R_X86_64_REX_GOTPCRELX}, 42: as {@link #GOTPCRELX}, of an instruction with a REX prefix.
   */
  REX_GOTPCRELX(42, "REX_GOTPCRELX", 4);

  private final int elfNumber;
  private final String elfName;
  private final int byteSize;

  X86_64Relocation(int elfNumber, String elfName, int byteSize) {
    this.elfNumber = elfNumber;
    this.elfName = "R_X86_64_" + elfName;
    this.byteSize = byteSize;
  }

  @Override
  public Architecture architecture() {
    return Architecture.X86_64;
  }

  @Override
  public int elfNumber() {
    return elfNumber;
  }

  @Override
  public String elfName() {
    return elfName;
  }

  @Override
  public int byteSize() {
    return byteSize;
  }
}
