package io.jitmem.link;

import io.jitmem.code.Section;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Looks into sections of call frame information: records that begin with their size. */
final class CallFrames {
  private static final ValueLayout.OfInt RECORD_SIZE =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private CallFrames() {}

  /** The size of a section without the zero that ends it, if there is one. */
  static long byteSize(Section section) {
    MemorySegment records = section.bytes();
    long at = 0;
    while (at + Integer.BYTES < records.byteSize()) {
      long byteSize = Integer.toUnsignedLong(records.get(RECORD_SIZE, at));
      if (byteSize == 0 || byteSize == 0xffffffffL) {
        return section.byteSize(); // not known; whoever reads it will refuse it
      }
      at += Integer.BYTES + byteSize;
    }
    boolean ends = at + Integer.BYTES == records.byteSize() && records.get(RECORD_SIZE, at) == 0;
    return ends ? at : section.byteSize();
  }
}
