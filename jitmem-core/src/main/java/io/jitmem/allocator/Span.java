package io.jitmem.allocator;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.heap.Heap;
import io.jitmem.allocator.heap.Publisher.Written;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A piece of executable memory that belongs to whoever allocated it, until it is released. Spans
 * have identity: a span that was released stays refused even when another one has taken its place.
 *
 * <p>Thread-safe. {@code state} counts the writes going on, or is negative: a release or a change
 * of size excludes writes, and of two releases exactly one succeeds. {@code count} is written in
 * the state {@code CHANGING}, {@code maybeFetched} by a writer; both are plain, and ordered by the
 * state, which is written after them and read before them.
 */
public final class Span {
  private static final int RELEASED = -1;
  private static final int CHANGING = -2;

  /** An updater and not a variable handle, which costs a fresh JVM milliseconds to link. */
  private static final AtomicIntegerFieldUpdater<Span> STATE =
      AtomicIntegerFieldUpdater.newUpdater(Span.class, "state");

  private final Heap heap;
  private final Block block;
  private final int first;
  private final int birth;
  private int count;
  private boolean maybeFetched;
  private volatile int state;

  Span(Heap heap, Block block, int first, int count, int birth, boolean untouched) {
    this.heap = heap;
    this.block = block;
    this.first = first;
    this.birth = birth;
    this.count = count;
    maybeFetched = !untouched;
  }

  /**
   * The address of the first byte, where the span is executed.
   *
   * @return the address; after the release, where the span was
   */
  public long address() {
    return block.address(first);
  }

  /**
   * The size, which is what was asked for, rounded up to the granularity.
   *
   * @return the size in bytes, a multiple of the granularity; a {@link JitAllocator#shrink} by
   *     another thread is seen once the two are synchronised otherwise
   */
  public long byteSize() {
    return block.byteSize(count);
  }

  /**
   * The memory where it is executed, read-only. Under W^X the pages themselves are not writable
   * there.
   *
   * @return a read-only segment of {@link #byteSize()} bytes; it is not alive any more once its
   *     block is unmapped
   * @throws IllegalStateException if the span was released
   */
  public MemorySegment entry() {
    if (state == RELEASED) {
      throw released();
    }
    return block.rx(first, heap.countNow(block, first, birth)).asReadOnly();
  }

  @Override
  public String toString() {
    String suffix = state == RELEASED ? ", released" : "";
    return "Span[0x" + Long.toHexString(address()) + ", " + byteSize() + " bytes" + suffix + "]";
  }

  boolean isOf(Heap candidate) {
    return heap == candidate;
  }

  void release() {
    enterChange();
    try {
      heap.release(block, first, birth);
    } finally {
      // A name that turns out to be stale is as good as released.
      STATE.lazySet(this, RELEASED);
    }
  }

  void shrink(long byteSize) {
    enterChange();
    try {
      count = heap.shrink(block, first, birth, byteSize);
    } finally {
      STATE.lazySet(this, 0);
    }
  }

  /** Starts a write of a range and returns where to; {@link #endWrite()} must follow. */
  MemorySegment beginWrite(long offset, long byteSize) {
    enterWrite();
    try {
      int now = heap.countNow(block, first, birth);
      long size = block.byteSize(now);
      if (offset < 0 || byteSize < 0 || offset > size - byteSize) {
        throw new IllegalArgumentException(
            byteSize + " bytes at offset " + offset + " do not fit a span of " + size + " bytes");
      }
      return block.rw(first, now).asSlice(offset, byteSize);
    } catch (RuntimeException refused) {
      leaveWrite();
      throw refused;
    }
  }

  /** What a write since {@link #beginWrite} has changed. */
  Written written(long offset, long byteSize) {
    return new Written(block.rx(first, count).asSlice(offset, byteSize), maybeFetched);
  }

  /** Ends a write; from now on what was written may be executed. */
  void endWrite() {
    maybeFetched = true;
    leaveWrite();
  }

  private void leaveWrite() {
    int left = STATE.decrementAndGet(this);
    assert left >= 0 : left;
  }

  private void enterWrite() {
    int now = state;
    while (now >= 0) {
      if (STATE.compareAndSet(this, now, now + 1)) {
        return;
      }
      now = state;
    }
    throw now == RELEASED ? released() : busy("released or shrunk");
  }

  private void enterChange() {
    if (!STATE.compareAndSet(this, 0, CHANGING)) {
      int now = state;
      throw now == RELEASED ? released() : busy(now > 0 ? "written" : "released or shrunk");
    }
  }

  private IllegalStateException released() {
    return new IllegalStateException(this + " was released before");
  }

  private IllegalStateException busy(String how) {
    return new IllegalStateException(
        this + " is being " + how + " by another thread or an open write scope");
  }
}
