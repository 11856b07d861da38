package io.jitmem.link;

/** Little-endian numbers in arrays. */
final class Bytes {
  private Bytes() {}

  static int get16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
  }

  static int get32(byte[] bytes, int at) {
    return get16(bytes, at) | get16(bytes, at + 2) << 16;
  }

  static long get64(byte[] bytes, int at) {
    return (get32(bytes, at) & 0xFFFF_FFFFL) | (long) get32(bytes, at + 4) << 32;
  }

  static void put16(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >> 8);
  }

  static void put32(byte[] bytes, int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >> 8);
    bytes[at + 2] = (byte) (value >> 16);
    bytes[at + 3] = (byte) (value >> 24);
  }

  static void put64(byte[] bytes, int at, long value) {
    put32(bytes, at, (int) value);
    put32(bytes, at + 4, (int) (value >> 32));
  }
}
