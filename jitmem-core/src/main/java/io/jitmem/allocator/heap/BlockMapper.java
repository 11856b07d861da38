package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;

/** Maps the memory of blocks for one write strategy, in one kind of place. Thread-safe. */
public sealed interface BlockMapper permits AnywhereMapper, GuardedMapper, RangeMapper {
  /** Whether blocks have a second view to be written through. */
  boolean isDual();

  /**
   * Maps a block.
   *
   * @param least its least size, whole pages
   * @param wanted the size that is wanted, not less; the block may be smaller if that cannot be had
   * @throws NoRoom if there is not so much left where blocks are to be
   */
  BlockMemory map(long least, long wanted);

  /** Unmaps a block. What the system refuses to take is kept for {@link #close}. */
  void unmap(BlockMemory memory);

  /**
   * Gives back what the mapper has beside blocks, of which none is left: blocks that the system did
   * not take back are tried again. To be called again if it fails.
   */
  void close();

  /** Maps memory of one view or two by itself, with segments that nobody else gets. */
  static BlockMemory mapAlone(VirtMem virtMem, boolean dual, long byteSize, long largePage) {
    MappingOptions options = MappingOptions.NONE.withGlobalScope().withLargePages(largePage);
    if (dual) {
      DualMapping mapping = virtMem.allocateDual(byteSize, options);
      return new BlockMemory(mapping.rx(), mapping.rw(), mapping.mechanism(), largePage, false);
    }
    MemorySegment memory = virtMem.allocate(byteSize, Protection.RWX, options);
    return new BlockMemory(memory, memory, "", largePage, false);
  }

  /** Commits parts of reservations to one view or two. */
  static BlockMemory commit(
      VirtMem virtMem, MemorySegment rx, MemorySegment rw, boolean usedBefore) {
    if (rx.address() == rw.address()) {
      virtMem.commit(rx, Protection.RWX);
    } else {
      virtMem.commitDual(rx, rw);
    }
    return new BlockMemory(rx, rw, "reservation", 0, usedBefore);
  }
}
