package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;

/** Maps the memory of blocks for one write strategy, in one kind of place. Thread-safe. */
public sealed interface BlockMapper permits AnywhereMapper, GuardedMapper, RangeMapper {
  /** How blocks are written. */
  Access access();

  /** The bytes before each block, and behind it, that nobody can access; 0 if there are none. */
  default long guardByteSize() {
    return 0;
  }

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
  static BlockMemory mapAlone(VirtMem virtMem, Access access, long byteSize, long largePage) {
    MappingOptions options = MappingOptions.NONE.withGlobalScope().withLargePages(largePage);
    if (access == Access.DUAL) {
      DualMapping mapping = virtMem.allocateDual(byteSize, options);
      return new BlockMemory(
          access, mapping.rx(), mapping.rw(), mapping.mechanism(), 0, largePage, false);
    }
    MappingOptions all = access == Access.SWITCHED ? options.withMapJit() : options;
    MemorySegment memory = virtMem.allocate(byteSize, firstProtection(access), all);
    return new BlockMemory(
        access, memory, memory, "", sealedPage(virtMem, access), largePage, false);
  }

  /** What may be done with new memory of one view. */
  private static Protection firstProtection(Access access) {
    return access == Access.SEALED ? Protection.RW : Protection.RWX;
  }

  private static long sealedPage(VirtMem virtMem, Access access) {
    return access == Access.SEALED ? virtMem.pages().byteSize() : 0;
  }

  /** Commits parts of reservations to one view or two. */
  static BlockMemory commit(
      VirtMem virtMem, Access access, MemorySegment rx, MemorySegment rw, boolean usedBefore) {
    if (access == Access.DUAL) {
      virtMem.commitDual(rx, rw);
    } else {
      virtMem.commit(rx, firstProtection(access));
    }
    return new BlockMemory(
        access, rx, rw, "reservation", sealedPage(virtMem, access), 0, usedBefore);
  }
}
