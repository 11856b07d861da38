package io.jitmem.observe.tables;

/**
 * A CIE, read as far as unwinders do before they look at a function: version, augmentation,
 * alignments, return address, and what the augmentation adds.
 */
final class CommonRecord {
  private final FrameCheck check;
  private final long start;
  private final long end;
  private long at;

  CommonRecord(FrameCheck check, long start, long end) {
    this.check = check;
    this.start = start;
    this.end = end;
    at = start + 4;
  }

  /** How addresses of functions are encoded, as a {@code DW_EH_PE} value. */
  int encoding() {
    int version = next();
    check.require(version == 1 || version == 3, start, "a CIE is of version " + version);
    String augmentation = augmentation();
    leb();
    leb();
    if (version == 1) {
      next();
    } else {
      leb();
    }
    return augmentation.isEmpty() ? 0 : augmented(augmentation);
  }

  private String augmentation() {
    StringBuilder letters = new StringBuilder();
    for (int letter = next(); letter != 0; letter = next()) {
      letters.append((char) letter);
    }
    String text = letters.toString();
    check.require(text.isEmpty() || text.startsWith("z"), start, unknown(text));
    return text;
  }

  private int augmented(String augmentation) {
    long byteSize = leb();
    check.require(byteSize <= end - at, start, "the augmentation of a CIE leaves it");
    int encoding = 0;
    for (int i = 1; i < augmentation.length(); i++) {
      switch (augmentation.charAt(i)) {
        case 'R' -> encoding = next();
        case 'L' -> next();
        case 'P' -> skipPersonality();
        case 'S', 'B' -> {} // a signal's frame; return addresses signed by key B
        default -> throw check.damaged(start, unknown(augmentation));
      }
    }
    return encoding;
  }

  private static String unknown(String augmentation) {
    return "a CIE has the augmentation '" + augmentation + "', which is not known";
  }

  private void skipPersonality() {
    int encoding = next();
    int byteSize =
        switch (encoding & 0x07) {
          case 0, 4 -> 8;
          case 2 -> 2;
          case 3 -> 4;
          default -> throw check.damaged(start, "a personality is encoded by " + encoding);
        };
    for (int i = 0; i < byteSize; i++) {
      next();
    }
  }

  private int next() {
    return (int) check.u8(at++, end);
  }

  /** A number of at most 10 groups of seven bits; of a signed one only its length matters. */
  private long leb() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int group = next();
      value |= (long) (group & 0x7f) << Math.min(shift, 63);
      if (group < 0x80) {
        check.require(value >= 0, start, "a number is too large");
        return value;
      }
    }
    throw check.damaged(start, "a number has no end");
  }
}
