package io.jitmem.allocator.data;

import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory for the data of code: read-write spans, which are never executable, and read-only ones,
 * which are written once, in a {@link ReadOnlyBatch}, and whose pages are never writable again
 * while a span on them lives. Both are put where they are wanted, within reach of code, if the
 * backend can; where it cannot, elsewhere, and the linker sees by the address that it does not
 * reach.
 *
 * <p>Thread-safe: the monitor guards everything here, during system calls, too. Pages go back to
 * the system as soon as no span is on them, those that small read-write spans share 64 KiB at a
 * time.
 */
public final class DataMemory implements AutoCloseable {
  /** The largest span, in bytes. */
  public static final long MAX_BYTE_SIZE = 1L << 30;

  /** The largest alignment, in bytes. */
  public static final long MAX_ALIGNMENT = 2L << 20;

  /**
   * Within a 32-bit displacement of any place in code of up to 64 MiB that starts at the address.
   */
  private static final long REACH = (2L << 30) - (64L << 20);

  private static final long CHUNK_BYTE_SIZE = 64 << 10;
  private static final long LARGEST_IN_CHUNK = CHUNK_BYTE_SIZE / 4;

  private final DataPages pages;
  private final List<Chunk> chunks = new ArrayList<>();

  /** Where there was room last. */
  private @Nullable Chunk latest;

  private boolean closed;

  /** Data memory with nothing mapped. */
  public DataMemory(VirtMem virtMem) {
    pages = new DataPages(virtMem);
  }

  /** Where data can be that code which starts at an address refers to by 32-bit displacements. */
  public static Placement near(long codeAddress) {
    return Placement.near(codeAddress, REACH);
  }

  /**
   * Allocates memory to read and write.
   *
   * @param byteSize its size in bytes, 1 to {@link #MAX_BYTE_SIZE}
   * @param alignment of its address, a power of two up to {@link #MAX_ALIGNMENT}
   * @param where where it is wanted
   * @return a span of zeros
   * @throws IllegalArgumentException if the size or the alignment is out of range
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public synchronized DataSpan allocate(long byteSize, long alignment, Placement where) {
    requireShape(byteSize, alignment);
    requireOpen();
    return byteSize <= LARGEST_IN_CHUNK && alignment <= pages.pageByteSize()
        ? allocateShared(byteSize, alignment, where)
        : allocateAlone(byteSize, alignment, where);
  }

  private DataSpan allocateAlone(long byteSize, long alignment, Placement where) {
    BatchPages alone = BatchPages.readWrite(pages.take(wholePages(byteSize), alignment, where));
    MemorySegment memory = alone.take(byteSize, alignment);
    if (memory == null) {
      throw new AssertionError(byteSize + " bytes do not fit pages that were made for them");
    }
    return new DataSpan(this, memory, alone);
  }

  private DataSpan allocateShared(long byteSize, long alignment, Placement where) {
    DataSpan again = latest == null ? null : allocateIn(latest, byteSize, alignment, where);
    if (again != null) {
      return again;
    }
    for (Chunk chunk : chunks) {
      DataSpan span = allocateIn(chunk, byteSize, alignment, where);
      if (span != null) {
        return span;
      }
    }
    Chunk added = new Chunk(pages.take(wholePages(CHUNK_BYTE_SIZE), 1, where));
    chunks.add(added);
    DataSpan span = allocateIn(added, byteSize, alignment, Placement.anywhere());
    if (span == null) {
      throw new AssertionError(byteSize + " bytes do not fit pages that were made for them");
    }
    return span;
  }

  private @Nullable DataSpan allocateIn(
      Chunk chunk, long byteSize, long alignment, Placement where) {
    if (!Region.isWithin(chunk.run().memory(), where)) {
      return null;
    }
    MemorySegment memory = chunk.take(byteSize, alignment);
    if (memory == null) {
      return null;
    }
    latest = chunk;
    return new DataSpan(this, memory, chunk);
  }

  /**
   * Opens a batch of read-only memory.
   *
   * @param where where it is wanted
   * @return a batch to seal, and to close
   * @throws IllegalStateException if this is closed
   */
  public synchronized ReadOnlyBatch readOnly(Placement where) {
    requireOpen();
    return new ReadOnlyBatch(this, pages, where);
  }

  /**
   * Releases a span, of either kind.
   *
   * @param span a live span of this data memory, of no open batch
   * @throws IllegalArgumentException if it is another's
   * @throws IllegalStateException if it was released before, or its batch was neither sealed nor
   *     closed, or this is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take pages back; the span
   *     is released all the same, and they stay until {@link #close()}
   */
  public synchronized void release(DataSpan span) {
    if (span.owner() != this) {
      throw new IllegalArgumentException(span + " belongs to another data memory");
    }
    span.requireLive();
    span.pages().requireReleasable(span);
    span.markReleased();
    if (span.pages().remove(span)) {
      if (span.pages() instanceof Chunk empty) {
        chunks.remove(empty);
        latest = null;
      }
      pages.giveBack(span.pages().run());
    }
  }

  /** The bytes of the pages that have access. */
  public synchronized long committedBytes() {
    return pages.committedBytes();
  }

  /**
   * Gives everything back; spans that live on are gone. A second call tries again what the first
   * could not.
   *
   * @throws IllegalStateException if a native call is in some of it, which stays mapped
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses
   */
  @Override
  public synchronized void close() {
    closed = true;
    chunks.clear();
    latest = null;
    pages.close();
  }

  /** All below are called with the monitor. */
  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the data memory is closed");
    }
  }

  long wholePages(long byteSize) {
    long page = pages.pageByteSize();
    return (byteSize + page - 1) & -page;
  }

  static void requireShape(long byteSize, long alignment) {
    if (byteSize < 1 || byteSize > MAX_BYTE_SIZE) {
      throw new IllegalArgumentException(
          "data has 1.." + MAX_BYTE_SIZE + " bytes, not " + byteSize);
    }
    if (alignment < 1 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "an alignment is a power of two up to " + MAX_ALIGNMENT + ", not " + alignment);
    }
  }
}
