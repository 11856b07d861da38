package io.jitmem.tests.simulated.books;

import java.lang.foreign.MemorySegment;

/** How addresses are written in messages. */
public final class Text {
  private Text() {}

  public static String of(MemorySegment segment) {
    return of(segment.address(), segment.byteSize());
  }

  public static String of(long address, long byteSize) {
    return byteSize + " bytes at " + of(address);
  }

  public static String of(long address) {
    return "0x" + Long.toHexString(address);
  }
}
