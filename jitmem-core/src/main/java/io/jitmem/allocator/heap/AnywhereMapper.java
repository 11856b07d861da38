package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;

/** Blocks where the system likes, of large pages if they are wanted and to be had. */
record AnywhereMapper(VirtMem virtMem, Access access, LargePages largePages)
    implements BlockMapper {
  @Override
  public BlockMemory map(long least, long wanted) {
    try {
      return map(wanted);
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.OUT_OF_MEMORY || least == wanted) {
        throw refused;
      }
      return mapLess(least, refused);
    }
  }

  private BlockMemory mapLess(long byteSize, VirtMemException refused) {
    try {
      return map(byteSize);
    } catch (VirtMemException alsoRefused) {
      alsoRefused.addSuppressed(refused);
      throw alsoRefused;
    }
  }

  private BlockMemory map(long byteSize) {
    if (access == Access.SEALED || access == Access.SWITCHED) {
      return BlockMapper.mapAlone(virtMem, access, byteSize, 0);
    }
    return largePages.tryFirst(
        virtMem, byteSize, page -> BlockMapper.mapAlone(virtMem, access, byteSize, page));
  }

  @Override
  public void unmap(BlockMemory memory) {
    if (memory.isDual()) {
      virtMem.release(new DualMapping(memory.rx(), memory.rw(), memory.mechanism()));
    } else {
      virtMem.release(memory.rx());
    }
  }

  @Override
  public void close() {}
}
