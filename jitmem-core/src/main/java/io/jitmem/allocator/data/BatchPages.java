package io.jitmem.allocator.data;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Pages of one {@link ReadOnlyBatch}, or of one large read-write span. Guarded by the monitor of
 * {@link DataMemory}.
 */
final class BatchPages implements SharedPages {
  /** What pages are for. */
  private enum State {
    READ_WRITE,
    OPEN,
    SEALED
  }

  private PageRun run;
  private State state;
  private long usedTo;
  private int spanCount;

  private BatchPages(PageRun run, State state) {
    this.run = run;
    this.state = state;
  }

  static BatchPages readWrite(PageRun run) {
    return new BatchPages(run, State.READ_WRITE);
  }

  static BatchPages toBeSealed(PageRun run) {
    return new BatchPages(run, State.OPEN);
  }

  @Override
  public PageRun run() {
    return run;
  }

  @Override
  public boolean isSealed() {
    return state == State.SEALED;
  }

  @Override
  public void requireReleasable(DataSpan span) {
    if (state == State.OPEN) {
      throw new IllegalStateException(span + " is in a batch that was neither sealed nor closed");
    }
  }

  @Override
  public boolean remove(DataSpan span) {
    spanCount--;
    return spanCount == 0;
  }

  /** Takes what comes next, or returns null if there is no room. */
  @Nullable MemorySegment take(long byteSize, long alignment) {
    long from = (usedTo + alignment - 1) & -alignment;
    boolean aligned = (run.memory().address() & (alignment - 1)) == 0;
    if (!aligned || from > run.byteSize() - byteSize) {
      return null;
    }
    usedTo = from + byteSize;
    spanCount++;
    return run.memory().asSlice(from, byteSize);
  }

  /** Gives back the pages that no span has reached. */
  void trim(DataPages pages) {
    long page = pages.pageByteSize();
    run = pages.keepFirst(run, (usedTo + page - 1) & -page);
  }

  void sealed() {
    state = State.SEALED;
  }
}
