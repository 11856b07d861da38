package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;

/** Maps the memory of blocks in the way of one write strategy. */
public sealed interface BlockMapper {
  /** Maps a block of whole pages. */
  BlockMemory map(long byteSize);

  /** Unmaps a block. */
  void unmap(BlockMemory memory);

  /** Blocks that are written where they are executed. */
  record Direct(VirtMem virtMem) implements BlockMapper {
    @Override
    public BlockMemory map(long byteSize) {
      MemorySegment memory = virtMem.allocate(byteSize, Protection.RWX);
      return new BlockMemory(memory, memory, "");
    }

    @Override
    public void unmap(BlockMemory memory) {
      virtMem.release(memory.rx());
    }
  }

  /** Blocks that are written through a second view. */
  record Dual(VirtMem virtMem) implements BlockMapper {
    @Override
    public BlockMemory map(long byteSize) {
      DualMapping mapping = virtMem.allocateDual(byteSize);
      return new BlockMemory(mapping.rx(), mapping.rw(), mapping.mechanism());
    }

    @Override
    public void unmap(BlockMemory memory) {
      virtMem.release(new DualMapping(memory.rx(), memory.rw(), memory.mechanism()));
    }
  }
}
