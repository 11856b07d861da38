package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import io.jitmem.tool.command.WholeNumbers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/** Values of {@code ptr} as text: an address, {@code NULL}, or a string in double quotes. */
final class Pointers {
  private static final WholeNumbers ADDRESSES = WholeNumbers.unsigned(Long.SIZE);

  private Pointers() {}

  /**
   * Reads a pointer.
   *
   * @param memory where a string is put
   * @throws UsageException if it is none of the three
   */
  static MemorySegment parse(String text, SegmentAllocator memory) {
    if (text.equals("NULL")) {
      return MemorySegment.NULL;
    }
    return text.startsWith("\"")
        ? string(StringLiteral.parse(text), memory)
        : MemorySegment.ofAddress(address(text));
  }

  /** The address in hex. */
  static String format(MemorySegment pointer) {
    return "0x" + Long.toHexString(pointer.address());
  }

  private static long address(String text) {
    try {
      return ADDRESSES.parse(text);
    } catch (UsageException noNumber) {
      UsageException wrong =
          new UsageException(
              Quoted.of(text)
                  + " is neither NULL nor a string in double quotes nor an address "
                  + ADDRESSES.range());
      wrong.initCause(noNumber);
      throw wrong;
    }
  }

  private static MemorySegment string(byte[] bytes, SegmentAllocator memory) {
    // One byte more than the string has; what an arena allocates is zero.
    MemorySegment copy = memory.allocate(bytes.length + 1L);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, copy, 0, bytes.length);
    return copy;
  }
}
