package io.jitmem.tests.simulated;

import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Bytes as they were when their addresses were flushed. Memory that anybody can write through a
 * segment is compared with it, since nobody says when. Not thread-safe.
 */
final class FlushedBytes {
  /** As many bytes are compared at a time. */
  static final int CHUNK = 4096;

  private final TreeMap<Long, byte[]> chunks = new TreeMap<>();

  /** Notes bytes of one chunk; the first address at which they differ from what was noted. */
  OptionalLong replace(long address, byte[] bytes) {
    OptionalLong changed = firstDifference(address, bytes);
    byte[] chunk = chunks.computeIfAbsent(address & -CHUNK, absent -> new byte[CHUNK]);
    System.arraycopy(bytes, 0, chunk, (int) (address & (CHUNK - 1)), bytes.length);
    return changed;
  }

  /** The first address at which bytes of one chunk differ from what was noted. */
  OptionalLong firstDifference(long address, byte[] bytes) {
    byte[] chunk = chunks.get(address & -CHUNK);
    int from = (int) (address & (CHUNK - 1));
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != (chunk == null ? 0 : chunk[from + i])) {
        return OptionalLong.of(address + i);
      }
    }
    return OptionalLong.empty();
  }

  void forget(long start, long end) {
    chunks.subMap(start & -CHUNK, end).clear();
  }
}
