package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.BlockMemory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Maps blocks and gives them back, all outside the locks of the stripes. Blocks that a native call
 * is in when they are to go are kept in {@code inUse}, which this object's monitor guards, until
 * the heap is closed.
 */
final class BlockStore {
  private final MapperChoice mapping;
  private final List<BlockMemory> inUse = new ArrayList<>();

  BlockStore(MapperChoice mapping) {
    this.mapping = mapping;
  }

  MapperChoice mapping() {
    return mapping;
  }

  BlockMemory map(long byteSize) {
    return mapping.map(byteSize);
  }

  /** Unmaps what nobody is in. */
  void unmap(Collection<BlockMemory> surplus) {
    RuntimeException refusal = null;
    for (BlockMemory memory : surplus) {
      try {
        mapping.unmap(memory);
      } catch (IllegalStateException nativeCallInside) {
        keep(memory);
      } catch (RuntimeException refused) {
        if (refusal == null) {
          refusal = refused;
        } else {
          refusal.addSuppressed(refused);
        }
      }
    }
    if (refusal != null) {
      throw refusal;
    }
  }

  /**
   * Unmaps the last blocks, and tries those again that were in use.
   *
   * @throws IllegalStateException if some still are; the others are gone
   */
  void close(List<BlockMemory> last) {
    unmap(last);
    unmap(takeInUse());
    synchronized (this) {
      if (!inUse.isEmpty()) {
        throw new IllegalStateException(
            "a native call is in "
                + inUse.size()
                + " of the blocks, which stay mapped until the allocator is closed again");
      }
    }
  }

  private synchronized void keep(BlockMemory memory) {
    inUse.add(memory);
  }

  private synchronized List<BlockMemory> takeInUse() {
    List<BlockMemory> taken = List.copyOf(inUse);
    inUse.clear();
    return taken;
  }
}
