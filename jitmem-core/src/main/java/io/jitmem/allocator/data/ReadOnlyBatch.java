package io.jitmem.allocator.data;

import io.jitmem.allocator.heap.Undo;
import io.jitmem.virtmem.Placement;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Read-only data of one go: spans are allocated, written, and sealed together, so they may share
 * pages. Closing a batch that was not sealed gives all of it back.
 *
 * <p>Not thread-safe: one thread uses a batch at a time. Several may be open at once.
 */
public final class ReadOnlyBatch implements AutoCloseable {
  /** Up to here the next pages are as many as there were before. */
  private static final long LARGEST_GROWTH = 64 << 10;

  private final DataMemory owner;
  private final DataPages pages;
  private final Placement where;
  private final List<BatchPages> runs = new ArrayList<>();
  private final List<DataSpan> spans = new ArrayList<>();
  private boolean closed;

  ReadOnlyBatch(DataMemory owner, DataPages pages, Placement where) {
    this.owner = owner;
    this.pages = pages;
    this.where = where;
  }

  /**
   * Allocates a span to be written until the batch is sealed.
   *
   * @param byteSize its size in bytes, 1 to {@link DataMemory#MAX_BYTE_SIZE}
   * @param alignment of its address, a power of two up to {@link DataMemory#MAX_ALIGNMENT}
   * @return a span of zeros
   * @throws IllegalArgumentException if one of them is out of range
   * @throws IllegalStateException if the batch was sealed or closed, or the data memory is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory; the batch is as before
   */
  public DataSpan allocate(long byteSize, long alignment) {
    DataMemory.requireShape(byteSize, alignment);
    synchronized (owner) {
      requireOpen();
      DataSpan span = place(byteSize, alignment);
      spans.add(span);
      return span;
    }
  }

  private DataSpan place(long byteSize, long alignment) {
    MemorySegment memory = runs.isEmpty() ? null : runs.getLast().take(byteSize, alignment);
    if (memory == null) {
      long before = runs.stream().mapToLong(each -> each.run().byteSize()).sum();
      long wanted = Math.max(byteSize, Math.min(LARGEST_GROWTH, before));
      runs.add(BatchPages.toBeSealed(pages.take(owner.wholePages(wanted), alignment, where)));
      memory = runs.getLast().take(byteSize, alignment);
    }
    if (memory == null) {
      throw new AssertionError(byteSize + " bytes do not fit pages that were made for them");
    }
    return new DataSpan(owner, memory, runs.getLast());
  }

  /**
   * Makes all that was allocated read-only, for good. A failure closes the batch.
   *
   * @throws IllegalStateException if the batch was sealed or closed, or the data memory is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses
   */
  public void seal() {
    synchronized (owner) {
      requireOpen();
      try {
        runs.forEach(each -> each.trim(pages));
        runs.forEach(each -> pages.seal(each.run().memory()));
      } catch (RuntimeException refused) {
        Undo.after(refused, this::close);
        throw refused;
      }
      runs.forEach(BatchPages::sealed);
      closed = true;
    }
  }

  /**
   * Gives everything back, unless the batch was sealed: then its spans live on, each until it is
   * released.
   *
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take pages back; they stay
   *     until the data memory is closed
   */
  @Override
  public void close() {
    synchronized (owner) {
      if (closed) {
        return;
      }
      closed = true;
      if (owner.isClosed()) {
        return;
      }
      spans.forEach(DataSpan::markReleased);
      Failures failures = new Failures();
      runs.forEach(each -> failures.gather(() -> pages.giveBack(each.run())));
      failures.throwFirst();
    }
  }

  private void requireOpen() {
    owner.requireOpen();
    if (closed) {
      throw new IllegalStateException("the batch was sealed or closed before");
    }
  }
}
