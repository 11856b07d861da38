package io.jitmem.code;

import io.jitmem.virtmem.Architecture;

/**
 * Relocations of 64-bit RISC-V, as the ELF supplement for that CPU numbers and defines them: {@code
 * S} is the symbol's address, {@code A} the addend, {@code P} the address of the place.
 */
public enum RiscVRelocation implements RelocationKind {
  /** {@code R_RISCV_NONE}, 0: nothing. */
  NONE(0, "NONE", 0),
  /** {@code R_RISCV_32}, 1: {@code S + A}, signed or unsigned. */
  ABS32(1, "32", 4),
  /** {@code R_RISCV_64}, 2: {@code S + A}. */
  ABS64(2, "64", 8),
  /** {@code R_RISCV_BRANCH}, 16: {@code S + A - P} in a conditional branch, within 4 KiB. */
  BRANCH(16, "BRANCH", 4),
  /** {@code R_RISCV_JAL}, 17: {@code S + A - P} in {@code jal}, within 1 MiB. */
  JAL(17, "JAL", 4),
  /**
   * {@code R_RISCV_CALL}, 18: {@code S + A - P} in {@code auipc} and {@code jalr}, which go through
   * a stub beyond 2 GiB.
   */
  CALL(18, "CALL", 8),
  /** {@code R_RISCV_CALL_PLT}, 19: as {@link #CALL}. */
  CALL_PLT(19, "CALL_PLT", 8),
  /**
   * {@code R_RISCV_GOT_HI20}, 20: the address of the symbol's entry in the address table, {@code +
   * A - P}, in {@code auipc}.
   */
  GOT_HI20(20, "GOT_HI20", 4),
  /** {@code R_RISCV_PCREL_HI20}, 23: {@code S + A - P} in {@code auipc}. */
  PCREL_HI20(23, "PCREL_HI20", 4),
  /**
   * {@code R_RISCV_PCREL_LO12_I}, 24: the low bits that belong to the {@code auipc} at the symbol,
   * in a load or {@code addi}.
   */
  PCREL_LO12_I(24, "PCREL_LO12_I", 4),
  /**
   * {@code R_RISCV_PCREL_LO12_S}, 25: the low bits that belong to the {@code auipc} at the symbol,
   * in a store.
   */
  PCREL_LO12_S(25, "PCREL_LO12_S", 4),
  /** {@code R_RISCV_HI20}, 26: {@code S + A} in {@code lui}, signed. */
  HI20(26, "HI20", 4),
  /** {@code R_RISCV_LO12_I}, 27: the low bits of {@code S + A} in a load or {@code addi}. */
  LO12_I(27, "LO12_I", 4),
  /** {@code R_RISCV_LO12_S}, 28: the low bits of {@code S + A} in a store. */
  LO12_S(28, "LO12_S", 4),
  /** {@code R_RISCV_ADD8}, 33: {@code S + A} is added to what is there. */
  ADD8(33, "ADD8", 1),
  /** {@code R_RISCV_ADD16}, 34: {@code S + A} is added to what is there. */
  ADD16(34, "ADD16", 2),
  /** {@code R_RISCV_ADD32}, 35: {@code S + A} is added to what is there. */
  ADD32(35, "ADD32", 4),
  /** {@code R_RISCV_ADD64}, 36: {@code S + A} is added to what is there. */
  ADD64(36, "ADD64", 8),
  /** {@code R_RISCV_SUB8}, 37: {@code S + A} is taken from what is there. */
  SUB8(37, "SUB8", 1),
  /** {@code R_RISCV_SUB16}, 38: {@code S + A} is taken from what is there. */
  SUB16(38, "SUB16", 2),
  /** {@code R_RISCV_SUB32}, 39: {@code S + A} is taken from what is there. */
  SUB32(39, "SUB32", 4),
  /** {@code R_RISCV_SUB64}, 40: {@code S + A} is taken from what is there. */
  SUB64(40, "SUB64", 8),
  /**
   * {@code R_RISCV_GOT32_PCREL}, 41: the address of the symbol's entry in the address table, {@code
   * + A - P}, signed.
   */
  GOT32_PCREL(41, "GOT32_PCREL", 4),
  /** {@code R_RISCV_ALIGN}, 43: padding of {@code A} bytes, which stays as it is. */
  ALIGN(43, "ALIGN", 0),
  /**
   * {@code R_RISCV_RVC_BRANCH}, 44: {@code S + A - P} in a compressed conditional branch, within
   * 256 bytes.
   */
  RVC_BRANCH(44, "RVC_BRANCH", 2),
  /** {@code R_RISCV_RVC_JUMP}, 45: {@code S + A - P} in a compressed jump, within 2 KiB. */
  RVC_JUMP(45, "RVC_JUMP", 2),
  /** {@code R_RISCV_RELAX}, 51: that instructions could be shortened, which is not done. */
  RELAX(51, "RELAX", 0),
  /** {@code R_RISCV_SUB6}, 52: {@code S + A} is taken from the low 6 bits that are there. */
  SUB6(52, "SUB6", 1),
  /** {@code R_RISCV_SET6}, 53: {@code S + A} in the low 6 bits. */
  SET6(53, "SET6", 1),
  /** {@code R_RISCV_SET8}, 54: {@code S + A}, cut off. */
  SET8(54, "SET8", 1),
  /** {@code R_RISCV_SET16}, 55: {@code S + A}, cut off. */
  SET16(55, "SET16", 2),
  /** {@code R_RISCV_SET32}, 56: {@code S + A}, cut off. */
  SET32(56, "SET32", 4),
  /** {@code R_RISCV_32_PCREL}, 57: {@code S + A - P}, signed. */
  PCREL32(57, "32_PCREL", 4),
  /**
   * {@code R_RISCV_PLT32}, 59: {@code S + A - P}, signed, of a function, or of its stub if that is
   * too far.
   */
  PLT32(59, "PLT32", 4),
  /**
   * {@code R_RISCV_SET_ULEB128}, 60: {@code S + A} as a number of as many 7-bit groups as are
   * there; {@link #SUB_ULEB128} follows.
   */
  SET_ULEB128(60, "SET_ULEB128", 1),
  /** {@code R_RISCV_SUB_ULEB128}, 61: {@code S + A} is taken from that number. */
  SUB_ULEB128(61, "SUB_ULEB128", 1);

  private final int elfNumber;
  private final String elfName;
  private final int byteSize;

  RiscVRelocation(int elfNumber, String elfName, int byteSize) {
    this.elfNumber = elfNumber;
    this.elfName = "R_RISCV_" + elfName;
    this.byteSize = byteSize;
  }

  @Override
  public Architecture architecture() {
    return Architecture.RISCV64;
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
