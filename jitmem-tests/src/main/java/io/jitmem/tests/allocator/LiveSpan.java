package io.jitmem.tests.allocator;

import io.jitmem.allocator.Span;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A span that was not released yet, with what the model thinks is in it. */
final class LiveSpan {
  final Span span;
  final long address;
  final int granularity;
  private final boolean touched;
  private long byteSize;
  private byte[] contents;

  /** A span that has just been allocated. Without memory behind it, only its size is kept. */
  LiveSpan(Span span, int granularity, boolean touched) {
    this.span = span;
    this.granularity = granularity;
    this.touched = touched;
    address = span.address();
    byteSize = span.byteSize();
    contents = new byte[touched ? Math.toIntExact(byteSize) : 0];
  }

  long byteSize() {
    return byteSize;
  }

  long end() {
    return address + byteSize;
  }

  /** The model's bytes, of which what a write changes is changed. */
  byte[] contents() {
    return contents;
  }

  void shrunkTo(long size) {
    byteSize = size;
    if (touched) {
      contents = Arrays.copyOf(contents, (int) size);
    }
  }

  /** Makes all bytes from an offset on such as nobody else writes. */
  void stamp(long stamp, int from) {
    byte low = (byte) stamp;
    byte high = (byte) (stamp >> 8);
    for (int i = from; i < contents.length; i++) {
      contents[i] = (byte) ((i & 1) == 0 ? low + i : high + i);
    }
  }

  /** Checks what is executed. */
  void requireContents() {
    if (touched) {
      requireContents(span.entry(), "executed");
    }
  }

  void requireContents(MemorySegment view, String how) {
    long at = MemorySegment.ofArray(contents).mismatch(view);
    if (at >= 0) {
      throw new AssertionError(
          "%s has other contents where it is %s, from byte %d on; expected are %d bytes, found %d"
              .formatted(span, how, at, contents.length, view.byteSize()));
    }
  }

  @Override
  public String toString() {
    return span.toString();
  }
}
