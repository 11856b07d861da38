package io.jitmem.allocator.data;

import java.lang.foreign.MemorySegment;

/**
 * A piece of data memory, until it is released. All zeros when it is allocated. Thread-safe; the
 * state is guarded by the monitor of its {@link DataMemory}.
 */
public final class DataSpan {
  private final DataMemory owner;
  private final MemorySegment memory;
  private final SharedPages pages;
  private boolean released;

  DataSpan(DataMemory owner, MemorySegment memory, SharedPages pages) {
    this.owner = owner;
    this.memory = memory;
    this.pages = pages;
  }

  /** The address of the first byte; after the release, where it was. */
  public long address() {
    return memory.address();
  }

  /** The size in bytes, as it was asked for. */
  public long byteSize() {
    return memory.byteSize();
  }

  /**
   * The memory: writable, but for a span of a {@link ReadOnlyBatch} that was sealed. A segment that
   * was got here before must not be used after the release, nor written after the sealing.
   *
   * @throws IllegalStateException if the span was released, or the data memory is closed
   */
  public MemorySegment memory() {
    synchronized (owner) {
      requireLive();
      return pages.isSealed() ? memory.asReadOnly() : memory;
    }
  }

  @Override
  public String toString() {
    return "DataSpan[0x" + Long.toHexString(address()) + ", " + byteSize() + " bytes]";
  }

  DataMemory owner() {
    return owner;
  }

  SharedPages pages() {
    return pages;
  }

  /** Both are called with the monitor. */
  void requireLive() {
    owner.requireOpen();
    if (released) {
      throw new IllegalStateException(this + " was released before");
    }
  }

  void markReleased() {
    released = true;
  }
}
