package io.jitmem.observe.tables;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, with the lowest byte of a number first. Not thread-safe. */
public final class ByteWriter {
  private byte[] bytes = new byte[512];
  private int count;

  /** How many bytes there are. */
  public int byteSize() {
    return count;
  }

  /** The lowest byte of each value. */
  public ByteWriter u8(int... values) {
    for (int value : values) {
      little(value, 1);
    }
    return this;
  }

  public ByteWriter u16(int value) {
    return little(value, 2);
  }

  public ByteWriter u32(long value) {
    return little(value, 4);
  }

  public ByteWriter u64(long value) {
    return little(value, 8);
  }

  /** A number in as many groups of seven bits as it needs. */
  public ByteWriter uleb(long value) {
    long rest = value;
    while (rest >= 0x80) {
      little((rest & 0x7f) | 0x80, 1);
      rest >>>= 7;
    }
    return little(rest, 1);
  }

  /** Bytes as they are. */
  public ByteWriter raw(byte[] more) {
    ensure(more.length);
    System.arraycopy(more, 0, bytes, count, more.length);
    count += more.length;
    return this;
  }

  /**
   * A text in UTF-8 and the zero that ends it.
   *
   * @return where it begins
   */
  public int text(String text) {
    int start = count;
    raw(text.replace('\0', '?').getBytes(StandardCharsets.UTF_8)).u8(0);
    return start;
  }

  /** Zeros up to the next multiple of a power of two. */
  public ByteWriter align(int alignment) {
    return zeros(-count & (alignment - 1));
  }

  /** So many zeros. */
  public ByteWriter zeros(int more) {
    ensure(more);
    count += more;
    return this;
  }

  /** Writes a number of 4 bytes over what is there. */
  public void replace32(int at, int value) {
    int end = count;
    count = at;
    u32(value);
    count = end;
  }

  public byte[] toArray() {
    return Arrays.copyOf(bytes, count);
  }

  private ByteWriter little(long value, int byteSize) {
    ensure(byteSize);
    for (int i = 0; i < byteSize; i++) {
      bytes[count++] = (byte) (value >>> (8 * i));
    }
    return this;
  }

  private void ensure(int more) {
    int needed = Math.addExact(count, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * bytes.length, 1 << 30)));
    }
  }
}
