package io.jitmem.observe.picture;

/**
 * The characters that stand for cells.
 *
 * @param levels for how much spans take, from little to all
 * @param others by the ordinal of the kind, what is not spans
 * @param guard at the ends of a block between guard pages
 */
record Glyphs(String levels, String others, String guard) {
  static final Glyphs UNICODE =
      new Glyphs("\u2591\u2592\u2593\u2588", " \u00b7\u00d7_\u00b0", "\u2551");
  static final Glyphs ASCII = new Glyphs("-+=#", " .x_o", "|");

  char of(Cell cell) {
    return cell.level() > 0 ? levels.charAt(cell.level() - 1) : others.charAt(cell.kind().index());
  }

  /** What the characters mean, in one line. */
  String legend() {
    StringBuilder text = new StringBuilder("used ").append(levels);
    for (AreaKind kind : AreaKind.values()) {
      if (kind != AreaKind.USED) {
        text.append("  ").append(others.charAt(kind.index())).append(' ').append(kind.words());
      }
    }
    return text.toString();
  }
}
