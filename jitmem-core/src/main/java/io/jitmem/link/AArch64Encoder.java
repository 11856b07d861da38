package io.jitmem.link;

import io.jitmem.code.AArch64Relocation;
import io.jitmem.code.Relocation;

/** Relocations of AArch64. Fields of instructions are those of the Arm manual's chapter C4. */
final class AArch64Encoder extends Encoder {
  static final AArch64Encoder INSTANCE = new AArch64Encoder();

  private static final int PAGE = 1 << 12;

  /** {@code ldr x16, .+8; br x16}, and the address. */
  private static final int[] STUB = {0x58000050, 0xD61F0200};

  /** {@code brk #0}. */
  private static final int TRAP = 0xD4200000;

  /** The bit that makes {@code movn} a {@code movz}. */
  private static final int MOVE_ZERO = 1 << 30;

  private AArch64Encoder() {}

  @Override
  Need need(Relocation relocation) {
    return switch ((AArch64Relocation) relocation.kind()) {
      case GOT_LD_PREL19, ADR_GOT_PAGE, LD64_GOT_LO12_NC, LD64_GOTPAGE_LO15 -> Need.ENTRY;
      case CALL26, JUMP26, PLT32 -> Need.STUB;
      default -> Need.NOTHING;
    };
  }

  @Override
  long branchAddend() {
    return 0;
  }

  @Override
  long reach() {
    return (1L << 27) - 4;
  }

  @Override
  void apply(Place place) {
    AArch64Relocation kind = (AArch64Relocation) place.relocation().kind();
    switch (kind) {
      case NONE -> {}
      case ABS64 -> place.put64(place.sum());
      case ABS32 -> place.put32(place.either(place.sum(), 32));
      case ABS16 -> place.put16(place.either(place.sum(), 16));
      case PREL64 -> place.put64(distance(place));
      case PREL32 -> place.put32(place.signed(distance(place), 32));
      case PREL16 -> place.put16(place.signed(distance(place), 16));
      case PLT32 -> place.put32(place.signed(branch(place, 32), 32));
      case CALL26, JUMP26 -> field(place, branch(place, 28), 28, 0);
      case CONDBR19, LD_PREL_LO19 -> field(place, distance(place), 21, 5);
      case TSTBR14 -> field(place, distance(place), 16, 5);
      case GOT_LD_PREL19 -> field(place, place.entry() - place.address(), 21, 5);
      case ADR_PREL_LO21 -> splitField(place, place.signed(distance(place), 21));
      case ADR_PREL_PG_HI21 -> splitField(place, place.signed(pages(place), 33) >> 12);
      case ADR_PREL_PG_HI21_NC -> splitField(place, pages(place) >> 12);
      case ADR_GOT_PAGE ->
          splitField(place, place.signed(page(place.entry()) - page(place.address()), 33) >> 12);
      case LD64_GOT_LO12_NC -> scaled(place, place.entry(), 8);
      case LD64_GOTPAGE_LO15 -> scaledInTable(place);
      case ADD_ABS_LO12_NC, LDST8_ABS_LO12_NC -> scaled(place, place.sum(), 1);
      case LDST16_ABS_LO12_NC -> scaled(place, place.sum(), 2);
      case LDST32_ABS_LO12_NC -> scaled(place, place.sum(), 4);
      case LDST64_ABS_LO12_NC -> scaled(place, place.sum(), 8);
      case LDST128_ABS_LO12_NC -> scaled(place, place.sum(), 16);
      default -> move(place, kind);
    }
  }

  /** What is written by {@code movz}, {@code movn} or {@code movk}, 16 bits of a value. */
  private static void move(Place place, AArch64Relocation kind) {
    switch (kind) {
      case MOVW_UABS_G0 -> bits(place, place.unsigned(place.sum(), 16), 0);
      case MOVW_UABS_G0_NC -> bits(place, place.sum(), 0);
      case MOVW_UABS_G1 -> bits(place, place.unsigned(place.sum(), 32), 16);
      case MOVW_UABS_G1_NC -> bits(place, place.sum(), 16);
      case MOVW_UABS_G2 -> bits(place, place.unsigned(place.sum(), 48), 32);
      case MOVW_UABS_G2_NC -> bits(place, place.sum(), 32);
      case MOVW_UABS_G3 -> bits(place, place.sum(), 48);
      case MOVW_SABS_G0 -> signedBits(place, place.signed(place.sum(), 17), 0);
      case MOVW_SABS_G1 -> signedBits(place, place.signed(place.sum(), 33), 16);
      case MOVW_SABS_G2 -> signedBits(place, place.signed(place.sum(), 49), 32);
      case MOVW_PREL_G0 -> signedBits(place, place.signed(distance(place), 17), 0);
      case MOVW_PREL_G0_NC -> bits(place, distance(place), 0);
      case MOVW_PREL_G1 -> signedBits(place, place.signed(distance(place), 33), 16);
      case MOVW_PREL_G1_NC -> bits(place, distance(place), 16);
      case MOVW_PREL_G2 -> signedBits(place, place.signed(distance(place), 49), 32);
      case MOVW_PREL_G2_NC -> bits(place, distance(place), 32);
      case MOVW_PREL_G3 -> signedBits(place, distance(place), 48);
      default -> throw new AssertionError(kind);
    }
  }

  /** To a weak symbol that nobody defines it is as far as to the place itself. */
  private static long distance(Place place) {
    return place.isNothing() ? place.addend() : place.distance();
  }

  private static long pages(Place place) {
    return page(place.isNothing() ? place.address() : place.sum()) - page(place.address());
  }

  private static long page(long address) {
    return address & -PAGE;
  }

  /**
   * The distance to the target, or to a veneer where that is too far; to nothing, to what is next.
   */
  private static long branch(Place place, int bits) {
    if (place.isNothing()) {
      return 4;
    }
    long distance = place.distance();
    return Place.fits(distance, bits)
        ? distance
        : place.table().stub(place.sum()) - place.address();
  }

  /** A signed count of instructions at a bit of the instruction. */
  private static void field(Place place, long distance, int bits, int at) {
    long value = place.multiple(place.signed(distance, bits), 4) >> 2;
    insert(place, value, bits - 2, at);
  }

  /** The two lowest bits at bit 29, the rest at bit 5. */
  private static void splitField(Place place, long value) {
    insert(place, value, 2, 29);
    insert(place, value >> 2, 19, 5);
  }

  /** The low 12 bits of an address, in units of what is accessed. */
  private static void scaled(Place place, long address, int unit) {
    long low = place.multiple(address & (PAGE - 1), unit);
    insert(place, low / unit, 12, 10);
  }

  private static void scaledInTable(Place place) {
    long offset = place.unsigned(place.entry() - page(place.table().address()), 15);
    insert(place, place.multiple(offset, 8) >> 3, 12, 10);
  }

  private static void bits(Place place, long value, int from) {
    insert(place, value >> from, 16, 5);
  }

  private static void signedBits(Place place, long value, int from) {
    int instruction = place.get32(0);
    place.put32(value < 0 ? instruction & ~MOVE_ZERO : instruction | MOVE_ZERO);
    bits(place, value < 0 ? ~value : value, from);
  }

  private static void insert(Place place, long value, int bits, int at) {
    int mask = (int) ((1L << bits) - 1) << at;
    place.put32((place.get32(0) & ~mask) | ((int) value << at & mask));
  }

  @Override
  int stubByteSize() {
    return STUB.length * Integer.BYTES + Long.BYTES;
  }

  @Override
  void writeStub(byte[] bytes, int at, long target) {
    Bytes.put32(bytes, at, STUB[0]);
    Bytes.put32(bytes, at + 4, STUB[1]);
    Bytes.put64(bytes, at + 8, target);
  }

  /** Instructions are aligned to 4 wherever the gap starts. */
  @Override
  void fill(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      bytes[at] = (byte) (TRAP >> (8 * (at & 3)));
    }
  }
}
