package io.jitmem.tool.doctor;

/** A number of bytes as a person writes it. */
final class ByteSize {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private ByteSize() {}

  /** The size in the greatest unit of which it is a multiple. */
  static String of(long bytes) {
    int unit = 0;
    long size = bytes;
    while (unit < UNITS.length - 1 && size != 0 && (size & 1023) == 0) {
      size >>= 10;
      unit++;
    }
    return size + " " + UNITS[unit];
  }
}
