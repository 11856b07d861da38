package io.jitmem.link;

import io.jitmem.code.Relocation;
import io.jitmem.code.Section;
import io.jitmem.code.X86_64Relocation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Relocations of x86-64. Opcodes are those of the Intel manual's volume 2. */
final class X86_64Encoder extends Encoder {
  static final X86_64Encoder INSTANCE = new X86_64Encoder();

  /** The address that a displacement counts from is that of the next instruction. */
  private static final int BRANCH_ADDEND = -4;

  private static final int CALL = 0xE8;
  private static final int JUMP = 0xE9;
  private static final int TWO_BYTE = 0x0F;
  private static final int INDIRECT = 0xFF;
  private static final int CALL_MEMORY = 0x15;
  private static final int JUMP_MEMORY = 0x25;
  private static final int MOVE = 0x8B;
  private static final int LOAD_ADDRESS = 0x8D;
  private static final int ADDRESS_SIZE_PREFIX = 0x67;
  private static final int NOP = 0x90;
  private static final byte TRAP = (byte) 0xCC;

  /** {@code jmp *2(%rip); ud2}, and the address. */
  private static final byte[] STUB = {(byte) 0xFF, 0x25, 2, 0, 0, 0, 0x0F, 0x0B};

  private X86_64Encoder() {}

  @Override
  Need need(Relocation relocation) {
    return switch ((X86_64Relocation) relocation.kind()) {
      case GOTPCREL, GOT64, GOTPCREL64, GOTPCRELX, REX_GOTPCRELX -> Need.ENTRY;
      case PLT32 -> Need.STUB;
      case PC32 -> isBranch(relocation) ? Need.STUB : Need.NOTHING;
      default -> Need.NOTHING;
    };
  }

  private static boolean isBranch(Relocation relocation) {
    Section section = relocation.section();
    long offset = relocation.offset();
    if (section.kind() != Section.Kind.CODE || offset == 0) {
      return false;
    }
    MemorySegment bytes = section.bytes();
    int last = bytes.get(ValueLayout.JAVA_BYTE, offset - 1) & 0xFF;
    int before = offset == 1 ? 0 : bytes.get(ValueLayout.JAVA_BYTE, offset - 2) & 0xFF;
    return isBranch(before, last);
  }

  /** No data access ends so before its displacement: its last byte would be below 0x40. */
  private static boolean isBranch(int before, int last) {
    return last == CALL || last == JUMP || (before == TWO_BYTE && (last & 0xF0) == 0x80);
  }

  @Override
  long branchAddend() {
    return BRANCH_ADDEND;
  }

  @Override
  long reach() {
    return Integer.MAX_VALUE;
  }

  @Override
  void apply(Place place) {
    switch ((X86_64Relocation) place.relocation().kind()) {
      case NONE -> {}
      case ABS64 -> place.put64(place.sum());
      case ABS32 -> place.put32(place.unsigned(place.sum(), 32));
      case ABS32S -> place.put32(place.signed(place.sum(), 32));
      case ABS16 -> place.put16(place.either(place.sum(), 16));
      case ABS8 -> place.put8(0, (int) place.either(place.sum(), 8));
      case PC64 -> place.put64(place.distance());
      case PC32 ->
          place.put32(
              place.signed(isBranch(place.relocation()) ? branch(place) : place.distance(), 32));
      case PLT32 -> place.put32(place.signed(branch(place), 32));
      case PC16 -> place.put16(place.signed(place.distance(), 16));
      case PC8 -> place.put8(0, (int) place.signed(place.distance(), 8));
      case SIZE32 -> place.put32(place.unsigned(size(place), 32));
      case SIZE64 -> place.put64(size(place));
      case GOTPCREL -> loadEntry(place);
      case GOTPCRELX, REX_GOTPCRELX -> relax(place);
      case GOTPCREL64 -> place.put64(place.entry() + place.addend() - place.address());
      case GOT64 -> place.put64(place.entry() + place.addend() - place.table().address());
      case GOTOFF64, PLTOFF64 -> place.put64(place.sum() - place.table().address());
      case GOTPC32 -> place.put32(place.signed(tableDistance(place), 32));
      case GOTPC64 -> place.put64(tableDistance(place));
    }
  }

  private static long size(Place place) {
    return place.relocation().symbol().byteSize() + place.addend();
  }

  private static long tableDistance(Place place) {
    return place.table().address() + place.addend() - place.address();
  }

  private static void loadEntry(Place place) {
    place.put32(place.signed(place.entry() + place.addend() - place.address(), 32));
  }

  /** The distance to the target, or to a stub where that is too far. */
  private static long branch(Place place) {
    long distance = place.distance();
    if (Place.fits(distance, 32)) {
      return distance;
    }
    long stub = place.table().stub(place.sum() - BRANCH_ADDEND);
    return stub + BRANCH_ADDEND - place.address();
  }

  /** Does without the table where the target is in reach and the instruction can be changed. */
  private static void relax(Place place) {
    long distance = place.distance();
    boolean inReach = Place.fits(distance + 1, 32) && Place.fits(distance, 32);
    boolean known = place.isInCode() && place.offset() >= 2 && place.addend() == BRANCH_ADDEND;
    if (!inReach || !known || !change(place, distance)) {
      loadEntry(place);
    }
  }

  private static boolean change(Place place, long distance) {
    int opcode = place.get8(-2);
    int operands = place.get8(-1);
    if (opcode == MOVE) {
      place.put8(-2, LOAD_ADDRESS);
    } else if (opcode == INDIRECT && operands == CALL_MEMORY) {
      place.put8(-2, ADDRESS_SIZE_PREFIX);
      place.put8(-1, CALL);
    } else if (opcode == INDIRECT && operands == JUMP_MEMORY) {
      place.put8(-2, JUMP);
      place.put32(-1, distance + 1);
      place.put8(3, NOP);
      return true;
    } else {
      return false;
    }
    place.put32(distance);
    return true;
  }

  @Override
  int stubByteSize() {
    return STUB.length + Long.BYTES;
  }

  @Override
  void writeStub(byte[] bytes, int at, long target) {
    System.arraycopy(STUB, 0, bytes, at, STUB.length);
    Bytes.put64(bytes, at + STUB.length, target);
  }

  @Override
  void fill(byte[] bytes, int from, int to) {
    Arrays.fill(bytes, from, to, TRAP);
  }
}
