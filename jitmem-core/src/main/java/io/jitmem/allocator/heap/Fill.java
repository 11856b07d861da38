package io.jitmem.allocator.heap;

import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Fills unused memory with instructions that trap, so that a stray jump into it ends at once. */
final class Fill {
  private static final ValueLayout.OfInt PATTERN =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CHUNK = 4096;

  private final VirtMem virtMem;
  private final MemorySegment chunk;

  Fill(VirtMem virtMem, int pattern) {
    this.virtMem = virtMem;
    byte[] bytes = new byte[CHUNK];
    chunk = MemorySegment.ofArray(bytes);
    for (int at = 0; at < CHUNK; at += Integer.BYTES) {
      chunk.set(PATTERN.withByteAlignment(1), at, pattern);
    }
  }

  /** Fills memory through its writable view. */
  void fill(MemorySegment rx, MemorySegment rw) {
    for (long at = 0; at < rw.byteSize(); at += CHUNK) {
      long byteSize = Math.min(CHUNK, rw.byteSize() - at);
      MemorySegment.copy(chunk, 0, rw, at, byteSize);
    }
    virtMem.flushInstructionCache(rx);
  }
}
