package io.jitmem.observe.tables;

import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks an {@code .eh_frame} before those read it who believe all of it: that each record and what
 * it refers to is inside, and that it is about the code it comes with, since it must not be found
 * any more when that is gone.
 */
final class FrameCheck {
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long address;
  private final MemorySegment section;
  private final PublishedCode code;

  /** The CIEs by their offset. */
  private final Map<Long, CommonRecord> commons = new HashMap<>();

  private final List<FunctionRecord> functions = new ArrayList<>();

  FrameCheck(long address, byte[] bytes, PublishedCode code) {
    this.address = address;
    section = MemorySegment.ofArray(bytes);
    this.code = code;
  }

  /**
   * Checks all records.
   *
   * @return those of functions that have code, in their order
   * @throws IllegalArgumentException if something is wrong
   */
  List<FunctionRecord> run() {
    long at = 0;
    while (u32(at, section.byteSize()) != 0) {
      long byteSize = u32(at, section.byteSize());
      long end = at + 4 + byteSize;
      require(byteSize >= 4 && end <= section.byteSize(), at, "a record leaves the section");
      record(at + 4, end);
      at = end;
    }
    require(at + 4 == section.byteSize(), at, "there is something behind the zero that ends it");
    return functions;
  }

  private void record(long at, long end) {
    long back = u32(at, end);
    if (back == 0) {
      commons.put(at - 4, CommonRecord.read(this, at, end));
    } else {
      function(at, at - back, end);
    }
  }

  private void function(long at, long from, long end) {
    CommonRecord common = commons.get(from);
    if (common == null) {
      throw damaged(at, "a function refers to no CIE before it");
    }
    int encoding = common.encoding();
    int width = width(encoding, at);
    long start = value(at + 4, width, encoding, end);
    long byteSize = value(at + 4 + width, width, encoding & 0x07, end);
    if (start == 0) {
      return; // of a function that the linker did not keep; unwinders skip it, too
    }
    long where = (encoding & 0x70) == 0x10 ? address + at + 4 + start : start;
    requireInside(at, where, byteSize);
    if (byteSize > 0) {
      CommonRecord.Part instructions = instructions(common, at, at + 4 + 2L * width, end);
      functions.add(new FunctionRecord(where, byteSize, common, instructions));
    }
  }

  /** A function without code, as compilers make of what is never reached, may be at the end. */
  private void requireInside(long at, long start, long byteSize) {
    CodeRange range = code.range();
    long offset = start - range.address();
    require(
        offset >= 0
            && byteSize >= 0
            && offset <= range.byteSize()
            && byteSize <= range.byteSize() - offset,
        at,
        "a function at 0x%x of %d bytes is not in %s".formatted(start, byteSize, range));
  }

  private CommonRecord.Part instructions(CommonRecord common, long at, long from, long end) {
    FrameCursor cursor = new FrameCursor(this, at, from, end);
    if (common.isAugmented()) {
      cursor.moveTo(cursor.block("the augmentation of a function leaves it"));
    }
    return new CommonRecord.Part(cursor.at(), end);
  }

  /** Bytes of an address: of a pointer, or as {@code DW_EH_PE_udata4} and the like say. */
  private int width(int encoding, long at) {
    int relative = encoding & 0xf0;
    require(relative == 0 || relative == 0x10, at, unknown(encoding));
    return switch (encoding & 0x07) {
      case 0, 4 -> 8;
      case 2 -> 2;
      case 3 -> 4;
      default -> throw damaged(at, unknown(encoding));
    };
  }

  private static String unknown(int encoding) {
    return "addresses are encoded by 0x%x, which is not known".formatted(encoding);
  }

  /** A signed number if the encoding says so, as distances are. */
  private long value(long at, int width, int encoding, long end) {
    require(at + width <= end, at, "an address leaves its record");
    boolean signed = (encoding & 0x08) != 0;
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = (value << 8) | u8(at + i, end);
    }
    int unused = 64 - 8 * width;
    return signed ? (value << unused) >> unused : value;
  }

  /** A part of the section. */
  byte[] bytes(CommonRecord.Part part) {
    return section.asSlice(part.start(), part.end() - part.start()).toArray(ValueLayout.JAVA_BYTE);
  }

  long u8(long at, long end) {
    require(at < end, at, "a field leaves its record");
    return section.get(ValueLayout.JAVA_BYTE, at) & 0xff;
  }

  long u32(long at, long end) {
    require(at + 4 <= end, at, "it is not ended by a zero");
    long value = Integer.toUnsignedLong(section.get(U32, at));
    require(value != 0xffffffffL, at, "a record of 64-bit DWARF is not known");
    return value;
  }

  void require(boolean holds, long at, String otherwise) {
    if (!holds) {
      throw damaged(at, otherwise);
    }
  }

  IllegalArgumentException damaged(long at, String why) {
    return new IllegalArgumentException(
        "the frames of '%s' cannot be used: %s (offset 0x%x of %d bytes at 0x%x)"
            .formatted(code.description().name(), why, at, section.byteSize(), address));
  }
}
