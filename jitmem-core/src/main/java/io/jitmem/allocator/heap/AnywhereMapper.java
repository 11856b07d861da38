package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Blocks where the system likes, of large pages if they are wanted and to be had. What the system
 * refuses to take back is kept, to be tried again at the end.
 */
final class AnywhereMapper implements BlockMapper {
  private final VirtMem virtMem;
  private final Access access;
  private final LargePages largePages;
  private final List<BlockMemory> refused = new CopyOnWriteArrayList<>();

  AnywhereMapper(VirtMem virtMem, Access access, LargePages largePages) {
    this.virtMem = virtMem;
    this.access = access;
    this.largePages = largePages;
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public BlockMemory map(long least, long wanted) {
    try {
      return mapSized(least, wanted);
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.OUT_OF_MEMORY || least == wanted) {
        throw refused;
      }
      return mapLess(least, refused);
    }
  }

  private BlockMemory mapLess(long byteSize, VirtMemException refused) {
    try {
      return mapSized(byteSize, byteSize);
    } catch (VirtMemException alsoRefused) {
      alsoRefused.addSuppressed(refused);
      throw alsoRefused;
    }
  }

  /** Where large pages are not wanted, nothing is loaded or linked for them. */
  private BlockMemory mapSized(long least, long wanted) {
    if (!largePages.areWanted() || access == Access.SEALED || access == Access.SWITCHED) {
      return BlockMapper.mapAlone(virtMem, access, wanted, 0);
    }
    return largePages.tryFirst(
        virtMem,
        new BlockSize(least, wanted),
        (byteSize, page) -> BlockMapper.mapAlone(virtMem, access, byteSize, page));
  }

  @Override
  public void unmap(BlockMemory memory) {
    try {
      release(memory);
    } catch (RuntimeException refusal) {
      refused.add(memory);
      throw refusal;
    }
  }

  private void release(BlockMemory memory) {
    if (memory.isDual()) {
      virtMem.release(new DualMapping(memory.rx(), memory.rw(), memory.mechanism()));
    } else {
      virtMem.release(memory.rx());
    }
  }

  @Override
  public void close() {
    Attempts attempts = new Attempts();
    for (BlockMemory memory : List.copyOf(refused)) {
      if (refused.remove(memory)) {
        attempts.make(() -> releaseAgain(memory));
      }
    }
    attempts.requireSuccess();
  }

  private void releaseAgain(BlockMemory memory) {
    try {
      unmap(memory);
    } catch (IllegalArgumentException gone) {
      // The backend has let go of it when it refused, and goes on trying by itself.
      refused.remove(memory);
    }
  }
}
