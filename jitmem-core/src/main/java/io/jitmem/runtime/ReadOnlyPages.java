package io.jitmem.runtime;

import io.jitmem.allocator.data.DataMemory;
import io.jitmem.allocator.data.DataSpan;
import io.jitmem.allocator.data.ReadOnlyBatch;
import io.jitmem.virtmem.Placement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Constants of what is loaded together: they share pages as long as the code that they belong to
 * lies together. Not thread-safe.
 */
final class ReadOnlyPages implements AutoCloseable {
  /** What is within this distance of the code that pages were placed near reaches them, too. */
  private static final long NEIGHBOURHOOD = 16L << 20;

  private final DataMemory data;
  private final List<ReadOnlyBatch> batches = new ArrayList<>();
  private @Nullable ReadOnlyBatch latest;
  private Placement latestPlace = Placement.anywhere();

  ReadOnlyPages(DataMemory data) {
    this.data = data;
  }

  /** Allocates where it is wanted. */
  DataSpan allocate(long byteSize, long alignment, Placement where) {
    ReadOnlyBatch batch = latest;
    if (batch == null || !isAsGood(latestPlace, where)) {
      batch = data.readOnly(where);
      batches.add(batch);
      latest = batch;
      latestPlace = where;
    }
    return batch.allocate(byteSize, alignment);
  }

  private static boolean isAsGood(Placement there, Placement wanted) {
    return switch (wanted) {
      case Placement.Anywhere anywhere -> true;
      case Placement.Near near ->
          there instanceof Placement.Near other
              && Math.abs(near.address() - other.address()) <= NEIGHBOURHOOD;
    };
  }

  /** Makes all of it read-only, for good. */
  void seal() {
    batches.forEach(ReadOnlyBatch::seal);
  }

  /** Gives back what was not sealed. */
  @Override
  public void close() {
    batches.forEach(ReadOnlyBatch::close);
  }
}
