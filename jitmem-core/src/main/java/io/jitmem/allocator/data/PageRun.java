package io.jitmem.allocator.data;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Whole pages with access.
 *
 * @param memory the pages
 * @param region the reservation that they are a part of, or null if they are a mapping by
 *     themselves
 * @param whole the mapping that they are in then, which may be larger; else the same as {@code
 *     memory}
 */
record PageRun(MemorySegment memory, @Nullable Region region, MemorySegment whole) {
  /** Pages of a reservation. */
  static PageRun in(Region region, MemorySegment memory) {
    return new PageRun(memory, region, memory);
  }

  long byteSize() {
    return memory.byteSize();
  }
}
