package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.allocator.block.GranuleRun;
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

  /** Fills a stretch of a block, whose pages are writable. */
  void fill(Block block, GranuleRun run) {
    fill(block.memory(), block.byteSize(run.first()), block.byteSize(run.count()));
  }

  /** Fills all of a block's memory. */
  void fill(BlockMemory memory) {
    fill(memory, 0, memory.byteSize());
  }

  private void fill(BlockMemory memory, long offset, long byteSize) {
    for (long at = 0; at < byteSize; at += CHUNK) {
      long part = Math.min(CHUNK, byteSize - at);
      if (memory.isSwitched()) {
        virtMem.writeJit(memory.rx().asSlice(offset + at, part), chunk.asSlice(0, part));
      } else {
        MemorySegment.copy(chunk, 0, memory.rw(), offset + at, part);
      }
    }
    virtMem.flushInstructionCache(memory.rx().asSlice(offset, byteSize));
  }
}
