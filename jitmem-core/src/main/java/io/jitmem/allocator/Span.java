package io.jitmem.allocator;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.heap.Heap;
import io.jitmem.allocator.heap.Publisher.Written;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A piece of executable memory that belongs to whoever allocated it, until it is released. Spans
 * have identity: a span that was released stays refused even when another one has taken its place.
 *
 * <p>Thread-safe. {@code state} counts the writes going on, or is negative: a release or a change
 * of size excludes writes, and of two releases exactly one succeeds. {@code count} is written while
 * the state is {@code CHANGING}.
 */
public final class Span {
  private static final int RELEASED = -1;
  private static final int CHANGING = -2;
  private static final VarHandle STATE;
  private static final VarHandle COUNT;
  private static final VarHandle MAYBE_FETCHED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(Span.class, "state", int.class);
      COUNT = lookup.findVarHandle(Span.class, "count", int.class);
      MAYBE_FETCHED = lookup.findVarHandle(Span.class, "maybeFetched", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Heap heap;
  private final Block block;
  private final int first;
  private final int birth;
  private volatile int count;
  private volatile boolean maybeFetched;

  @SuppressWarnings("UnusedVariable") // read and written through STATE
  private volatile int state;

  Span(Heap heap, Block block, int first, int count, int birth, boolean untouched) {
    this.heap = heap;
    this.block = block;
    this.first = first;
    this.birth = birth;
    COUNT.set(this, count);
    MAYBE_FETCHED.set(this, !untouched);
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
   * @return the size in bytes, a multiple of the granularity
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
    if ((int) STATE.getVolatile(this) == RELEASED) {
      throw released();
    }
    return block.rx(first, heap.countNow(block, first, birth)).asReadOnly();
  }

  @Override
  public String toString() {
    String suffix = (int) STATE.getVolatile(this) == RELEASED ? ", released" : "";
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
      // A placement that turns out to be stale is as good as released.
      STATE.setRelease(this, RELEASED);
    }
  }

  void shrink(long byteSize) {
    enterChange();
    try {
      count = heap.shrink(block, first, birth, byteSize);
    } finally {
      STATE.setRelease(this, 0);
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
    int before = (int) STATE.getAndAdd(this, -1);
    assert before > 0 : before;
  }

  private void enterWrite() {
    int now = (int) STATE.getVolatile(this);
    while (now >= 0) {
      if (STATE.compareAndSet(this, now, now + 1)) {
        return;
      }
      now = (int) STATE.getVolatile(this);
    }
    throw now == RELEASED ? released() : busy("released or shrunk");
  }

  private void enterChange() {
    int now = (int) STATE.compareAndExchange(this, 0, CHANGING);
    if (now == RELEASED) {
      throw released();
    }
    if (now != 0) {
      throw busy(now > 0 ? "written" : "released or shrunk");
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
