package io.jitmem.tool.command;

import java.util.Locale;

/** A number of bytes as a person writes it. */
public final class ByteSize {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private ByteSize() {}

  /** The size in the greatest unit of which it is a multiple. */
  public static String of(long bytes) {
    int unit = 0;
    long size = bytes;
    while (unit < UNITS.length - 1 && size != 0 && (size & 1023) == 0) {
      size >>= 10;
      unit++;
    }
    return size + " " + UNITS[unit];
  }

  /** The size with three digits or so, in a unit of which there is at least one. */
  public static String rounded(double bytes) {
    int unit = 0;
    double size = bytes;
    while (size >= 1024 && unit < UNITS.length - 1) {
      size /= 1024;
      unit++;
    }
    boolean whole = unit == 0 || size >= 100;
    return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
  }
}
