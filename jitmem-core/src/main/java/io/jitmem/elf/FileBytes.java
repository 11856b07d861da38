package io.jitmem.elf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A file or a part of one, read in little-endian order and never beyond its end. Immutable. */
public final class FileBytes {
  private static final VarHandle SHORT = view(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT = view(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG = view(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_INT = view(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle BIG_LONG = view(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] array;
  private final int start;
  private final int byteSize;

  private FileBytes(byte[] array, int start, int byteSize) {
    this.array = array;
    this.start = start;
    this.byteSize = byteSize;
  }

  /** A whole file; the array is not copied and must not change. */
  public static FileBytes of(byte[] array) {
    return new FileBytes(array, 0, array.length);
  }

  /** The number of bytes. */
  public int byteSize() {
    return byteSize;
  }

  /** A copy of the bytes. */
  public byte[] toArray() {
    return Arrays.copyOfRange(array, start, start + byteSize);
  }

  /** The byte at an offset, 0..255. */
  public int u8(long offset) {
    return array[at(offset, 1)] & 0xff;
  }

  /** The two bytes at an offset, 0..65535. */
  public int u16(long offset) {
    return (short) SHORT.get(array, at(offset, 2)) & 0xffff;
  }

  /** The four bytes at an offset, with sign. */
  public int s32(long offset) {
    return (int) INT.get(array, at(offset, 4));
  }

  /** The four bytes at an offset, without sign. */
  public long u32(long offset) {
    return Integer.toUnsignedLong(s32(offset));
  }

  /** The eight bytes at an offset; what is above 2<sup>63</sup> is negative. */
  public long s64(long offset) {
    return (long) LONG.get(array, at(offset, 8));
  }

  /** The four bytes at an offset in big-endian order, without sign. */
  long bigU32(long offset) {
    return Integer.toUnsignedLong((int) BIG_INT.get(array, at(offset, 4)));
  }

  /** The eight bytes at an offset in big-endian order. */
  long bigS64(long offset) {
    return (long) BIG_LONG.get(array, at(offset, 8));
  }

  /** Whether a part lies within these bytes. */
  boolean holds(long offset, long size) {
    return offset >= 0 && size >= 0 && offset <= byteSize && size <= byteSize - offset;
  }

  /** A part. */
  FileBytes slice(long offset, long size) {
    if (!holds(offset, size)) {
      throw beyondEnd(offset, size);
    }
    return new FileBytes(array, start + (int) offset, (int) size);
  }

  /** Whether the bytes begin with characters of ASCII. */
  boolean startsWith(String ascii) {
    if (ascii.length() > byteSize) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (array[start + i] != (byte) ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Where a byte is first found from an offset on, or -1 if not before another offset. */
  long find(byte wanted, long from, long to) {
    for (long i = from; i < to; i++) {
      if (array[at(i, 1)] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** A text. Names are UTF-8 as a rule; those that are not keep their bytes apart. */
  String text(long offset, long size) {
    int from = at(offset, (int) size);
    String text = new String(array, from, (int) size, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0
        ? text
        : new String(array, from, (int) size, StandardCharsets.ISO_8859_1);
  }

  private int at(long offset, int size) {
    if (!holds(offset, size)) {
      throw beyondEnd(offset, size);
    }
    return start + (int) offset;
  }

  private FormatException beyondEnd(long offset, long size) {
    return FormatException.damaged(
        Math.min(Math.max(offset, 0), byteSize),
        Long.toUnsignedString(size)
            + " bytes at offset "
            + Long.toUnsignedString(offset)
            + " are not within the "
            + byteSize
            + " bytes there are");
  }

  private static VarHandle view(Class<?> type, ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(type, order);
  }
}
