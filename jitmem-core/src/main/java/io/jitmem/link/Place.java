package io.jitmem.link;

import io.jitmem.code.Relocation;
import io.jitmem.code.RelocationException;
import io.jitmem.code.Section;

/** A place to relocate: where it is, what is there, and what is to be put there. */
final class Place {
  private final Unit unit;
  private final Relocation relocation;
  private final Target target;
  private final byte[] bytes;
  private final int at;
  private final long address;

  Place(Unit unit, Relocation relocation) {
    this.unit = unit;
    this.relocation = relocation;
    target = unit.target(relocation.symbol());
    Section section = relocation.section();
    bytes = unit.image().bytes(Region.of(section.kind()));
    at = (int) (unit.offset(section) + relocation.offset());
    address = unit.address(section) + relocation.offset();
  }

  Unit unit() {
    return unit;
  }

  Relocation relocation() {
    return relocation;
  }

  AddressTable table() {
    return unit.image().table();
  }

  /** {@code S}. */
  long symbol() {
    return Target.Special.TABLE.equals(target) ? table().address() : target.address();
  }

  /** {@code A}. */
  long addend() {
    return relocation.addend();
  }

  /** {@code S + A}. */
  long sum() {
    return symbol() + addend();
  }

  /** {@code P}. */
  long address() {
    return address;
  }

  /** {@code S + A - P}. */
  long distance() {
    return sum() - address;
  }

  /** The address of the symbol's entry in the address table. */
  long entry() {
    return table().entry(symbol());
  }

  /** Whether the symbol is weak and nobody defines it. */
  boolean isNothing() {
    return Target.Special.NOTHING.equals(target);
  }

  boolean isInCode() {
    return relocation.section().kind() == Section.Kind.CODE;
  }

  /** How many bytes of the section are before the place. */
  long offset() {
    return relocation.offset();
  }

  int get8(int delta) {
    return bytes[at + delta] & 0xFF;
  }

  int get16() {
    return Bytes.get16(bytes, at);
  }

  int get32(int delta) {
    return Bytes.get32(bytes, at + delta);
  }

  long get64() {
    return Bytes.get64(bytes, at);
  }

  void put8(int delta, int value) {
    bytes[at + delta] = (byte) value;
  }

  void put16(long value) {
    Bytes.put16(bytes, at, (int) value);
  }

  void put32(long value) {
    put32(0, value);
  }

  void put32(int delta, long value) {
    Bytes.put32(bytes, at + delta, (int) value);
  }

  void put64(long value) {
    Bytes.put64(bytes, at, value);
  }

  /** Whether a value is a signed number of so many bits. */
  static boolean fits(long value, int bits) {
    return value >> (bits - 1) == value >> 63;
  }

  /** Requires a signed number of so many bits. */
  long signed(long value, int bits) {
    long end = 1L << (bits - 1);
    return within(value, -end, end - 1);
  }

  /** Requires an unsigned number of so many bits, fewer than 64. */
  long unsigned(long value, int bits) {
    return within(value, 0, (1L << bits) - 1);
  }

  /** Requires a signed or unsigned number of so many bits. */
  long either(long value, int bits) {
    return within(value, -1L << (bits - 1), (1L << bits) - 1);
  }

  long within(long value, long least, long greatest) {
    if (value < least || value > greatest) {
      throw refusal(value, "%s is not in %s..%s".formatted(hex(value), hex(least), hex(greatest)));
    }
    return value;
  }

  /** Requires a multiple of a power of two. */
  long multiple(long value, int unit) {
    if ((value & (unit - 1)) != 0) {
      throw refusal(value, hex(value) + " is not a multiple of " + unit);
    }
    return value;
  }

  RelocationException refusal(long value, String reason) {
    return new RelocationException(
        unit.code(),
        relocation,
        value,
        "%s; the symbol is at %s, the place at %s".formatted(reason, hex(symbol()), hex(address)));
  }

  private static String hex(long value) {
    return value >= 0 ? "0x" + Long.toHexString(value) : "-0x" + Long.toHexString(-value);
  }
}
