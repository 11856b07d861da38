package io.jitmem.link;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The address table behind an image's code: addresses to load, as ELF's global offset table, and
 * stubs to jump to, which hold one. What nobody asks for is not there.
 */
final class AddressTable {
  private final Encoder encoder;
  private final byte[] bytes;
  private final long base;
  private final int start;
  private int end;
  private @Nullable Map<Long, Integer> entries;
  private @Nullable Map<Long, Integer> stubs;

  /**
   * An empty table.
   *
   * @param bytes what the region will hold
   * @param base the address of its first byte
   * @param start where in it the table starts, a multiple of 8
   */
  AddressTable(Encoder encoder, byte[] bytes, long base, int start) {
    this.encoder = encoder;
    this.bytes = bytes;
    this.base = base;
    this.start = start;
    end = start;
  }

  /** The address of the table, whether there is anything in it or not. */
  long address() {
    return base + start;
  }

  boolean isEmpty() {
    return end == start;
  }

  /** Where in the region it ends. */
  int end() {
    return end;
  }

  /** The address of 8 bytes that hold an address. */
  long entry(long target) {
    Map<Long, Integer> all = entries;
    if (all == null) {
      all = new HashMap<>();
      entries = all;
    }
    Integer at = all.get(target);
    if (at == null) {
      at = take(Long.BYTES);
      Bytes.put64(bytes, at, target);
      all.put(target, at);
    }
    return base + at;
  }

  /** The address of code that jumps to an address. */
  long stub(long target) {
    Map<Long, Integer> all = stubs;
    if (all == null) {
      all = new HashMap<>();
      stubs = all;
    }
    Integer at = all.get(target);
    if (at == null) {
      at = take(encoder.stubByteSize());
      encoder.writeStub(bytes, at, target);
      all.put(target, at);
    }
    return base + at;
  }

  private int take(int byteSize) {
    if (byteSize > bytes.length - end) {
      throw new AssertionError("the address table is larger than was thought");
    }
    int at = end;
    end += byteSize;
    return at;
  }
}
