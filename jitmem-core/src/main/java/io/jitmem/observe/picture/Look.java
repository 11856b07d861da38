package io.jitmem.observe.picture;

import java.util.Locale;

/**
 * How cells look in SVG. The hues are those of Okabe and Ito, which people tell apart who see few
 * colours; who sees none goes by lightness and by the patterns.
 */
final class Look {
  /** By pool: blue, green, purple. */
  private static final int[] HUES = {0x0072B2, 0x009E73, 0xAA4499};

  private static final double[] STRENGTH = {0.45, 0.63, 0.81, 1};

  /** The patterns of what is not spans; all have a light ground. */
  static final String PATTERNS =
      """
      <pattern id="held" width="5" height="5" patternUnits="userSpaceOnUse">\
      <rect width="5" height="5" fill="#fbe3d2"/>\
      <path d="M-1 1L1 -1M0 5L5 0M4 6L6 4" stroke="#D55E00" stroke-width="1.6"/></pattern>
      <pattern id="parked" width="5" height="5" patternUnits="userSpaceOnUse">\
      <rect width="5" height="5" fill="#ffffff"/>\
      <circle cx="2.5" cy="2.5" r="1.1" fill="#56B4E9"/></pattern>
      <pattern id="padding" width="4" height="4" patternUnits="userSpaceOnUse">\
      <rect width="4" height="4" fill="#dddddd"/>\
      <path d="M0 2H4" stroke="#777777"/></pattern>
      """;

  private Look() {}

  /** The fill of a cell in a pool of a granularity. */
  static String fill(Cell cell, int granuleByteSize) {
    return switch (cell.kind()) {
      case USED -> mixed(hue(granuleByteSize), STRENGTH[cell.level() - 1]);
      case FREE -> "#eeeeee";
      case HELD -> "url(#held)";
      case PARKED -> "url(#parked)";
      case PADDING -> "url(#padding)";
    };
  }

  private static int hue(int granuleByteSize) {
    int doublings = Math.max(0, Integer.numberOfTrailingZeros(granuleByteSize) - 6);
    return HUES[doublings % HUES.length];
  }

  /** A colour on white. */
  private static String mixed(int colour, double strength) {
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int part = (colour >> shift) & 255;
      mixed |= (int) Math.round(255 - strength * (255 - part)) << shift;
    }
    return String.format(Locale.ROOT, "#%06x", mixed);
  }
}
