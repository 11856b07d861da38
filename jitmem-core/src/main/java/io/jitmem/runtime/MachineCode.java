package io.jitmem.runtime;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/**
 * What an assembler or a compiler produced: position-independent machine code for this CPU.
 * Immutable.
 */
public final class MachineCode {
  private static final int SHOWN_BYTES = 16;

  private final byte[] bytes;

  private MachineCode(byte[] bytes) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("machine code has at least one byte");
    }
    this.bytes = bytes;
  }

  /**
   * Code without relocations, to be entered at its first byte.
   *
   * @param bytes the code, which is copied
   * @return the code
   * @throws IllegalArgumentException if there are no bytes
   */
  public static MachineCode of(byte[] bytes) {
    return new MachineCode(bytes.clone());
  }

  /**
   * Code without relocations, to be entered at its first byte.
   *
   * @param bytes the code, which is copied
   * @return the code
   * @throws IllegalArgumentException if there are no bytes
   */
  public static MachineCode of(MemorySegment bytes) {
    return new MachineCode(bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
  }

  /**
   * The size.
   *
   * @return the number of bytes, at least 1
   */
  public int byteSize() {
    return bytes.length;
  }

  /**
   * The bytes.
   *
   * @return a read-only segment on the heap
   */
  public MemorySegment bytes() {
    return MemorySegment.ofArray(bytes).asReadOnly();
  }

  @Override
  public String toString() {
    int shown = Math.min(bytes.length, SHOWN_BYTES);
    String start = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown);
    return "MachineCode["
        + bytes.length
        + " bytes: "
        + start
        + (shown < bytes.length ? " ...]" : "]");
  }
}
