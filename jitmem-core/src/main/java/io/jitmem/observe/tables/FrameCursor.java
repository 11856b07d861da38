package io.jitmem.observe.tables;

/** Reads a record of an {@code .eh_frame} byte by byte, and never behind its end. */
final class FrameCursor {
  private final FrameCheck check;
  private final long start;
  private final long end;
  private long at;

  /** A cursor for the record that begins at {@code start}, which errors name. */
  FrameCursor(FrameCheck check, long start, long at, long end) {
    this.check = check;
    this.start = start;
    this.at = at;
    this.end = end;
  }

  long at() {
    return at;
  }

  long end() {
    return end;
  }

  void moveTo(long offset) {
    at = offset;
  }

  int next() {
    return (int) check.u8(at++, end);
  }

  /** A number of at most 10 groups of seven bits; of a signed one only its length matters. */
  long leb() {
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

  /** Reads the size of what follows, and tells where that ends. */
  long block(String otherwise) {
    long byteSize = leb();
    check.require(byteSize <= end - at, start, otherwise);
    return at + byteSize;
  }
}
