package io.jitmem.allocator.data;

import io.jitmem.allocator.bits.GranuleMap;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Read-write pages that spans share. Guarded by the monitor of {@link DataMemory}. */
final class Chunk implements SharedPages {
  private static final int GRANULE_SHIFT = 4;

  private final PageRun run;
  private final GranuleMap map;

  Chunk(PageRun run) {
    this.run = run;
    map = new GranuleMap((int) (run.byteSize() >> GRANULE_SHIFT));
  }

  @Override
  public PageRun run() {
    return run;
  }

  @Override
  public boolean isSealed() {
    return false;
  }

  @Override
  public void requireReleasable(DataSpan span) {}

  /** Finds aligned room, or returns null; the alignment is at most a page's. */
  @Nullable MemorySegment take(long byteSize, long alignment) {
    int count = granules(byteSize);
    int step = Math.max(1, granules(alignment));
    int found = map.find(count + step - 1, 0);
    if (found == GranuleMap.NONE) {
      return null;
    }
    int first = (found + step - 1) & -step;
    if (!map.occupyAt(first, count)) {
      throw new AssertionError("granules " + first + " of free ones from " + found + " are taken");
    }
    return run.memory().asSlice((long) first << GRANULE_SHIFT, byteSize).fill((byte) 0);
  }

  @Override
  public boolean remove(DataSpan span) {
    long offset = span.address() - run.memory().address();
    map.free((int) (offset >> GRANULE_SHIFT), granules(span.byteSize()));
    return map.usedCount() == 0;
  }

  private static int granules(long byteSize) {
    return (int) ((byteSize + (1 << GRANULE_SHIFT) - 1) >> GRANULE_SHIFT);
  }
}
