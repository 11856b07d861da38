package io.jitmem.link;

import io.jitmem.code.Relocation;
import io.jitmem.code.RiscVRelocation;
import io.jitmem.code.Symbol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Relocations of 64-bit RISC-V. Fields of instructions are those of the unprivileged manual. */
final class RiscVEncoder extends Encoder {
  static final RiscVEncoder INSTANCE = new RiscVEncoder();

  /** {@code auipc t3, 0; ld t3, 16(t3); jr t3; c.ebreak; c.ebreak}, and the address. */
  private static final int[] STUB = {0x00000E17, 0x010E3E03, 0x000E0067, 0x90029002};

  /** {@code c.ebreak}; without compressed instructions it traps as well. */
  private static final int TRAP = 0x9002;

  private static final int OPCODE_MASK = 0x7F;
  private static final int LOAD_UPPER = 0x37;

  /** What rounding to the nearest upper part adds. */
  private static final int HALF = 0x800;

  private RiscVEncoder() {}

  @Override
  Need need(Relocation relocation) {
    return switch ((RiscVRelocation) relocation.kind()) {
      case GOT_HI20, GOT32_PCREL -> Need.ENTRY;
      case CALL, CALL_PLT, PLT32 -> Need.STUB;
      default -> Need.NOTHING;
    };
  }

  @Override
  long branchAddend() {
    return 0;
  }

  @Override
  long reach() {
    return Integer.MAX_VALUE - HALF;
  }

  @Override
  void apply(Place place) {
    RiscVRelocation kind = (RiscVRelocation) place.relocation().kind();
    switch (kind) {
      case NONE, RELAX, ALIGN -> {}
      case ABS64 -> place.put64(place.sum());
      case ABS32 -> place.put32(place.either(place.sum(), 32));
      case PCREL32 -> place.put32(place.signed(place.distance(), 32));
      case PLT32 -> place.put32(place.signed(branch(place), 32));
      case GOT32_PCREL -> place.put32(place.signed(entryDistance(place), 32));
      case CALL, CALL_PLT -> call(place);
      case GOT_HI20 -> upper(place, entryDistance(place));
      case PCREL_HI20 -> upperDistance(place);
      case PCREL_LO12_I -> lowerLoad(place, 0, pairedValue(place));
      case PCREL_LO12_S -> lowerStore(place, pairedValue(place));
      case HI20 -> upper(place, place.sum());
      case LO12_I -> lowerLoad(place, 0, place.sum());
      case LO12_S -> lowerStore(place, place.sum());
      case BRANCH -> conditional(place, even(place, 13));
      case JAL -> jump(place, even(place, 21));
      case RVC_BRANCH -> compressedConditional(place, even(place, 9));
      case RVC_JUMP -> compressedJump(place, even(place, 12));
      default -> number(place, kind);
    }
  }

  /** Numbers that are put, added to or subtracted from, without a check. */
  private static void number(Place place, RiscVRelocation kind) {
    long sum = place.sum();
    switch (kind) {
      case ADD8 -> place.put8(0, (int) (place.get8(0) + sum));
      case ADD16 -> place.put16(place.get16() + sum);
      case ADD32 -> place.put32(place.get32(0) + sum);
      case ADD64 -> place.put64(place.get64() + sum);
      case SUB8 -> place.put8(0, (int) (place.get8(0) - sum));
      case SUB16 -> place.put16(place.get16() - sum);
      case SUB32 -> place.put32(place.get32(0) - sum);
      case SUB64 -> place.put64(place.get64() - sum);
      case SUB6 -> sixBits(place, place.get8(0) - sum);
      case SET6 -> sixBits(place, sum);
      case SET8 -> place.put8(0, (int) sum);
      case SET16 -> place.put16(sum);
      case SET32 -> place.put32(sum);
      case SET_ULEB128 -> variableLength(place, sum - subtrahend(place));
      case SUB_ULEB128 -> requireAfterSet(place);
      default -> throw new AssertionError(kind);
    }
  }

  private static void sixBits(Place place, long value) {
    place.put8(0, (int) ((place.get8(0) & 0xC0) | (value & 0x3F)));
  }

  private static long entryDistance(Place place) {
    return place.entry() + place.addend() - place.address();
  }

  private static long even(Place place, int bits) {
    return place.multiple(place.signed(place.distance(), bits), 2);
  }

  /** The distance to the target, or to a stub where that is too far. */
  private static long branch(Place place) {
    long distance = place.distance();
    return Place.fits(distance + HALF, 32)
        ? distance
        : place.table().stub(place.sum()) - place.address();
  }

  private static void call(Place place) {
    long distance = branch(place);
    upper(place, distance);
    lowerLoad(place, 4, distance);
  }

  /** A weak symbol that nobody defines is at 0, which is loaded, since it is too far from here. */
  private static void upperDistance(Place place) {
    if (place.isNothing()) {
      place.put32((place.get32(0) & ~OPCODE_MASK) | LOAD_UPPER);
      upper(place, place.addend());
    } else {
      upper(place, place.distance());
    }
  }

  private static void upper(Place place, long value) {
    place.within(value, Integer.MIN_VALUE - (long) HALF, Integer.MAX_VALUE - (long) HALF);
    place.put32((place.get32(0) & 0xFFF) | ((value + HALF) & 0xFFFF_F000L));
  }

  private static void lowerLoad(Place place, int delta, long value) {
    place.put32(delta, (place.get32(delta) & 0xF_FFFF) | (value & 0xFFF) << 20);
  }

  private static void lowerStore(Place place, long value) {
    long fields = (value & 0xFE0) << 20 | (value & 0x1F) << 7;
    place.put32((place.get32(0) & 0x1FF_F07F) | fields);
  }

  private static void conditional(Place place, long value) {
    long fields = (value >> 12 & 1) << 31 | (value >> 5 & 0x3F) << 25;
    fields |= (value >> 1 & 0xF) << 8 | (value >> 11 & 1) << 7;
    place.put32((place.get32(0) & 0x1FF_F07F) | fields);
  }

  private static void jump(Place place, long value) {
    long fields = (value >> 20 & 1) << 31 | (value >> 1 & 0x3FF) << 21;
    fields |= (value >> 11 & 1) << 20 | (value >> 12 & 0xFF) << 12;
    place.put32((place.get32(0) & 0xFFF) | fields);
  }

  private static void compressedConditional(Place place, long value) {
    long fields = (value >> 8 & 1) << 12 | (value >> 3 & 3) << 10 | (value >> 6 & 3) << 5;
    fields |= (value >> 1 & 3) << 3 | (value >> 5 & 1) << 2;
    place.put16((place.get16() & 0xE383) | fields);
  }

  private static void compressedJump(Place place, long value) {
    long fields = (value >> 11 & 1) << 12 | (value >> 4 & 1) << 11 | (value >> 8 & 3) << 9;
    fields |= (value >> 10 & 1) << 8 | (value >> 6 & 1) << 7 | (value >> 7 & 1) << 6;
    fields |= (value >> 1 & 7) << 3 | (value >> 5 & 1) << 2;
    place.put16((place.get16() & 0xE003) | fields);
  }

  /** The value of the upper part at the symbol, whose lower part belongs here. */
  private static long pairedValue(Place place) {
    if (place.addend() != 0) {
      throw place.refusal(place.addend(), "an addend belongs to the upper part, not here");
    }
    Relocation upper = upperPart(place);
    if (upper == null) {
      throw place.refusal(place.symbol(), "there is no upper part at the symbol");
    }
    Place pair = new Place(place.unit(), upper);
    if (upper.kind() == RiscVRelocation.GOT_HI20) {
      return entryDistance(pair);
    }
    return pair.isNothing() ? pair.addend() : pair.distance();
  }

  private static @Nullable Relocation upperPart(Place place) {
    if (place.relocation().symbol().definition() instanceof Symbol.InSection label) {
      List<Relocation> all = place.unit().relocations();
      for (int i = Linkage.firstAt(all, label.section(), label.offset()); i < all.size(); i++) {
        Relocation each = all.get(i);
        if (each.section() != label.section() || each.offset() != label.offset()) {
          return null;
        }
        if (each.kind() == RiscVRelocation.PCREL_HI20 || each.kind() == RiscVRelocation.GOT_HI20) {
          return each;
        }
      }
    }
    return null;
  }

  /** What the relocation that must follow at this place takes away. */
  private static long subtrahend(Place place) {
    Relocation next = neighbour(place, 1);
    if (next == null || next.kind() != RiscVRelocation.SUB_ULEB128) {
      throw place.refusal(place.sum(), "no R_RISCV_SUB_ULEB128 follows");
    }
    return new Place(place.unit(), next).sum();
  }

  private static void requireAfterSet(Place place) {
    Relocation before = neighbour(place, -1);
    if (before == null || before.kind() != RiscVRelocation.SET_ULEB128) {
      throw place.refusal(place.sum(), "no R_RISCV_SET_ULEB128 goes before");
    }
  }

  /** The relocation next to this one, if it is at the same place. */
  private static @Nullable Relocation neighbour(Place place, int step) {
    Relocation self = place.relocation();
    List<Relocation> all = place.unit().relocations();
    int i = Linkage.firstAt(all, self.section(), self.offset());
    while (!all.get(i).equals(self)) {
      i++;
    }
    i += step;
    boolean there =
        i >= 0
            && i < all.size()
            && all.get(i).section() == self.section()
            && all.get(i).offset() == self.offset();
    return there ? all.get(i) : null;
  }

  /** Writes as many groups of 7 bits as there are. */
  private static void variableLength(Place place, long value) {
    long rest = value;
    int at = 0;
    long end = place.relocation().section().byteSize() - place.offset();
    while ((place.get8(at) & 0x80) != 0 && at + 1 < end) {
      place.put8(at++, (int) (0x80 | (rest & 0x7F)));
      rest >>>= 7;
    }
    if (rest > 0x7F || rest < 0) {
      int bits = 7 * (at + 1);
      place.unsigned(value, Math.min(bits, 62));
    }
    place.put8(at, (int) rest);
  }

  @Override
  int stubByteSize() {
    return STUB.length * Integer.BYTES + Long.BYTES;
  }

  @Override
  void writeStub(byte[] bytes, int at, long target) {
    for (int i = 0; i < STUB.length; i++) {
      Bytes.put32(bytes, at + 4 * i, STUB[i]);
    }
    Bytes.put64(bytes, at + STUB.length * Integer.BYTES, target);
  }

  @Override
  void fill(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      bytes[at] = (byte) (TRAP >> (8 * (at & 1)));
    }
  }
}
