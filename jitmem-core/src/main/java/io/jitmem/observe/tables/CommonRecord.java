package io.jitmem.observe.tables;

/**
 * A CIE, read as far as unwinders do before they look at a function: version, augmentation,
 * alignments, return address, and what the augmentation adds. What it says of registers follows.
 *
 * @param version 1 or 3
 * @param augmentation its letters, as far as they are known
 * @param registers where its alignments and the return address's register are, as offsets
 * @param encoding how addresses of functions are encoded, as a {@code DW_EH_PE} value
 * @param instructions where its call frame instructions are
 */
record CommonRecord(
    int version, String augmentation, Part registers, int encoding, Part instructions) {
  /** A part of a section, by the offsets of its first byte and of the one behind it. */
  record Part(long start, long end) {}

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if it is damaged or not known
   */
  static CommonRecord read(FrameCheck check, long start, long end) {
    return new Reader(check, start, end).read();
  }

  /** Whether functions have augmentation data, which begins with its size. */
  boolean isAugmented() {
    return !augmentation.isEmpty();
  }

  private static final class Reader {
    private final FrameCheck check;
    private final long start;
    private final FrameCursor cursor;

    Reader(FrameCheck check, long start, long end) {
      this.check = check;
      this.start = start;
      cursor = new FrameCursor(check, start, start + 4, end);
    }

    CommonRecord read() {
      int version = cursor.next();
      check.require(version == 1 || version == 3, start, "a CIE is of version " + version);
      String augmentation = augmentation();
      long registers = cursor.at();
      cursor.leb();
      cursor.leb();
      if (version == 1) {
        cursor.next();
      } else {
        cursor.leb();
      }
      Part read = new Part(registers, cursor.at());
      int encoding = augmentation.isEmpty() ? 0 : augmented(augmentation);
      return new CommonRecord(
          version, augmentation, read, encoding, new Part(cursor.at(), cursor.end()));
    }

    private String augmentation() {
      StringBuilder letters = new StringBuilder();
      for (int letter = cursor.next(); letter != 0; letter = cursor.next()) {
        letters.append((char) letter);
      }
      String text = letters.toString();
      check.require(text.isEmpty() || text.startsWith("z"), start, unknown(text));
      return text;
    }

    private int augmented(String augmentation) {
      long after = cursor.block("the augmentation of a CIE leaves it");
      int encoding = 0;
      for (int i = 1; i < augmentation.length(); i++) {
        switch (augmentation.charAt(i)) {
          case 'R' -> encoding = cursor.next();
          case 'L' -> cursor.next();
          case 'P' -> skipPersonality();
          case 'S', 'B' -> {} // a signal's frame; return addresses signed by key B
          default -> throw check.damaged(start, unknown(augmentation));
        }
      }
      check.require(
          cursor.at() <= after, start, "the augmentation of a CIE is longer than it says");
      cursor.moveTo(after);
      return encoding;
    }

    private static String unknown(String augmentation) {
      return "a CIE has the augmentation '" + augmentation + "', which is not known";
    }

    private void skipPersonality() {
      int encoding = cursor.next();
      int byteSize =
          switch (encoding & 0x07) {
            case 0, 4 -> 8;
            case 2 -> 2;
            case 3 -> 4;
            default -> throw check.damaged(start, "a personality is encoded by " + encoding);
          };
      for (int i = 0; i < byteSize; i++) {
        cursor.next();
      }
    }
  }
}
