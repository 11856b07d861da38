package io.jitmem.code;

import io.jitmem.virtmem.Architecture;

/**
 * Relocations of AArch64, as the ELF supplement for that CPU numbers and defines them: {@code S} is
 * the symbol's address, {@code A} the addend, {@code P} the address of the place.
 */
public enum AArch64Relocation implements RelocationKind {
  /** {@code R_AARCH64_NONE}, 0: nothing. */
  NONE(0, "NONE", 0),
  /** {@code R_AARCH64_ABS64}, 257: {@code S + A}. */
  ABS64(257, "ABS64", 8),
  /** {@code R_AARCH64_ABS32}, 258: {@code S + A}, signed or unsigned. */
  ABS32(258, "ABS32", 4),
  /** {@code R_AARCH64_ABS16}, 259: {@code S + A}, signed or unsigned. */
  ABS16(259, "ABS16", 2),
  /** {@code R_AARCH64_PREL64}, 260: {@code S + A - P}. */
  PREL64(260, "PREL64", 8),
  /** {@code R_AARCH64_PREL32}, 261: {@code S + A - P}, signed. */
  PREL32(261, "PREL32", 4),
  /** {@code R_AARCH64_PREL16}, 262: {@code S + A - P}, signed. */
  PREL16(262, "PREL16", 2),
  /**
   * {@code R_AARCH64_MOVW_UABS_G0}, 263: bits 0 to 15 of {@code S + A} in {@code movz} or {@code
   * movk}, which has no higher ones.
   */
  MOVW_UABS_G0(263, "MOVW_UABS_G0", 4),
  /** {@code R_AARCH64_MOVW_UABS_G0_NC}, 264: the same without the check. */
  MOVW_UABS_G0_NC(264, "MOVW_UABS_G0_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_UABS_G1}, 265: bits 16 to 31 of {@code S + A} in {@code movz} or {@code
   * movk}, which has no higher ones.
   */
  MOVW_UABS_G1(265, "MOVW_UABS_G1", 4),
  /** {@code R_AARCH64_MOVW_UABS_G1_NC}, 266: the same without the check. */
  MOVW_UABS_G1_NC(266, "MOVW_UABS_G1_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_UABS_G2}, 267: bits 32 to 47 of {@code S + A} in {@code movz} or {@code
   * movk}, which has no higher ones.
   */
  MOVW_UABS_G2(267, "MOVW_UABS_G2", 4),
  /** {@code R_AARCH64_MOVW_UABS_G2_NC}, 268: the same without the check. */
  MOVW_UABS_G2_NC(268, "MOVW_UABS_G2_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_UABS_G3}, 269: bits 48 to 63 of {@code S + A} in {@code movz} or {@code
   * movk}.
   */
  MOVW_UABS_G3(269, "MOVW_UABS_G3", 4),
  /**
   * {@code R_AARCH64_MOVW_SABS_G0}, 270: bits 0 to 15 of {@code S + A}, signed, in {@code movz},
   * which becomes {@code movn} for a negative one.
   */
  MOVW_SABS_G0(270, "MOVW_SABS_G0", 4),
  /**
   * {@code R_AARCH64_MOVW_SABS_G1}, 271: bits 16 to 31 of {@code S + A}, signed, in {@code movz},
   * which becomes {@code movn} for a negative one.
   */
  MOVW_SABS_G1(271, "MOVW_SABS_G1", 4),
  /**
   * {@code R_AARCH64_MOVW_SABS_G2}, 272: bits 32 to 47 of {@code S + A}, signed, in {@code movz},
   * which becomes {@code movn} for a negative one.
   */
  MOVW_SABS_G2(272, "MOVW_SABS_G2", 4),
  /** {@code R_AARCH64_LD_PREL_LO19}, 273: {@code S + A - P} in a load from within 1 MiB. */
  LD_PREL_LO19(273, "LD_PREL_LO19", 4),
  /** {@code R_AARCH64_ADR_PREL_LO21}, 274: {@code S + A - P} in {@code adr}, within 1 MiB. */
  ADR_PREL_LO21(274, "ADR_PREL_LO21", 4),
  /**
   * {@code R_AARCH64_ADR_PREL_PG_HI21}, 275: the page of {@code S + A} less that of {@code P} in
   * {@code adrp}, within 4 GiB.
   */
  ADR_PREL_PG_HI21(275, "ADR_PREL_PG_HI21", 4),
  /** {@code R_AARCH64_ADR_PREL_PG_HI21_NC}, 276: the same without the check. */
  ADR_PREL_PG_HI21_NC(276, "ADR_PREL_PG_HI21_NC", 4),
  /** {@code R_AARCH64_ADD_ABS_LO12_NC}, 277: the low 12 bits of {@code S + A} in {@code add}. */
  ADD_ABS_LO12_NC(277, "ADD_ABS_LO12_NC", 4),
  /**
   * {@code R_AARCH64_LDST8_ABS_LO12_NC}, 278: the low 12 bits of {@code S + A} in a load or store
   * of 1 byte.
   */
  LDST8_ABS_LO12_NC(278, "LDST8_ABS_LO12_NC", 4),
  /**
   * {@code R_AARCH64_TSTBR14}, 279: {@code S + A - P} in {@code tbz} or {@code tbnz}, within 32
   * KiB.
   */
  TSTBR14(279, "TSTBR14", 4),
  /** {@code R_AARCH64_CONDBR19}, 280: {@code S + A - P} in a conditional branch, within 1 MiB. */
  CONDBR19(280, "CONDBR19", 4),
  /**
   * {@code R_AARCH64_JUMP26}, 282: {@code S + A - P} in {@code b}, which goes through a veneer
   * beyond 128 MiB.
   */
  JUMP26(282, "JUMP26", 4),
  /**
   * {@code R_AARCH64_CALL26}, 283: {@code S + A - P} in {@code bl}, which goes through a veneer
   * beyond 128 MiB.
   */
  CALL26(283, "CALL26", 4),
  /**
   * {@code R_AARCH64_LDST16_ABS_LO12_NC}, 284: the low 12 bits of {@code S + A} in a load or store
   * of 2 bytes.
   */
  LDST16_ABS_LO12_NC(284, "LDST16_ABS_LO12_NC", 4),
  /**
   * {@code R_AARCH64_LDST32_ABS_LO12_NC}, 285: the low 12 bits of {@code S + A} in a load or store
   * of 4 bytes.
   */
  LDST32_ABS_LO12_NC(285, "LDST32_ABS_LO12_NC", 4),
  /**
   * {@code R_AARCH64_LDST64_ABS_LO12_NC}, 286: the low 12 bits of {@code S + A} in a load or store
   * of 8 bytes.
   */
  LDST64_ABS_LO12_NC(286, "LDST64_ABS_LO12_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_PREL_G0}, 287: bits 0 to 15 of {@code S + A - P}, signed, in {@code
   * movz}, which becomes {@code movn} for a negative one.
   */
  MOVW_PREL_G0(287, "MOVW_PREL_G0", 4),
  /** {@code R_AARCH64_MOVW_PREL_G0_NC}, 288: those bits in {@code movk}, without a check. */
  MOVW_PREL_G0_NC(288, "MOVW_PREL_G0_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_PREL_G1}, 289: bits 16 to 31 of {@code S + A - P}, signed, in {@code
   * movz}, which becomes {@code movn} for a negative one.
   */
  MOVW_PREL_G1(289, "MOVW_PREL_G1", 4),
  /** {@code R_AARCH64_MOVW_PREL_G1_NC}, 290: those bits in {@code movk}, without a check. */
  MOVW_PREL_G1_NC(290, "MOVW_PREL_G1_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_PREL_G2}, 291: bits 32 to 47 of {@code S + A - P}, signed, in {@code
   * movz}, which becomes {@code movn} for a negative one.
   */
  MOVW_PREL_G2(291, "MOVW_PREL_G2", 4),
  /** {@code R_AARCH64_MOVW_PREL_G2_NC}, 292: those bits in {@code movk}, without a check. */
  MOVW_PREL_G2_NC(292, "MOVW_PREL_G2_NC", 4),
  /**
   * {@code R_AARCH64_MOVW_PREL_G3}, 293: bits 48 to 63 of {@code S + A - P}, signed, in {@code
   * movz}, which becomes {@code movn} for a negative one.
   */
  MOVW_PREL_G3(293, "MOVW_PREL_G3", 4),
  /**
   * {@code R_AARCH64_LDST128_ABS_LO12_NC}, 299: the low 12 bits of {@code S + A} in a load or store
   * of 16 bytes.
   */
  LDST128_ABS_LO12_NC(299, "LDST128_ABS_LO12_NC", 4),
  /**
   * {@code R_AARCH64_GOT_LD_PREL19}, 309: the address of the symbol's entry in the address table,
   * {@code - P}, in a load from within 1 MiB.
   */
  GOT_LD_PREL19(309, "GOT_LD_PREL19", 4),
  /**
   * {@code R_AARCH64_ADR_GOT_PAGE}, 311: the page of the symbol's entry in the address table less
   * that of {@code P} in {@code adrp}, within 4 GiB.
   */
  ADR_GOT_PAGE(311, "ADR_GOT_PAGE", 4),
  /**
   * {@code R_AARCH64_LD64_GOT_LO12_NC}, 312: the low 12 bits of the address of that entry in a load
   * of 8 bytes.
   */
  LD64_GOT_LO12_NC(312, "LD64_GOT_LO12_NC", 4),
  /**
   * {@code R_AARCH64_LD64_GOTPAGE_LO15}, 313: how far that entry is from the page of the address
   * table, in a load of 8 bytes.
   */
  LD64_GOTPAGE_LO15(313, "LD64_GOTPAGE_LO15", 4),
  /**
   * {@code R_AARCH64_PLT32}, 314: {@code S + A - P}, signed, of a function, or of its veneer if
   * that is too far.
   */
  PLT32(314, "PLT32", 4);

  private final int elfNumber;
  private final String elfName;
  private final int byteSize;

  AArch64Relocation(int elfNumber, String elfName, int byteSize) {
    this.elfNumber = elfNumber;
    this.elfName = "R_AARCH64_" + elfName;
    this.byteSize = byteSize;
  }

  @Override
  public Architecture architecture() {
    return Architecture.AARCH64;
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
