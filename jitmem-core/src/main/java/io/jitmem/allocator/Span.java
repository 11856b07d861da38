package io.jitmem.allocator;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.heap.CallTargets;
import io.jitmem.allocator.heap.Heap;
import io.jitmem.allocator.heap.Leftover;
import io.jitmem.allocator.heap.Listeners;
import io.jitmem.allocator.heap.Sealing;
import io.jitmem.allocator.heap.Stripe;
import io.jitmem.ffm.NativeAccess;
import io.jitmem.observe.CodeDescription;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A piece of executable memory that belongs to whoever allocated it, until it is released. Spans
 * have identity: a span that was released stays refused even when another one has taken its place.
 *
 * <p>Thread-safe. What changes is {@code state} and {@code count}, both guarded by the lock of the
 * span's block: a release or a change of size is refused during writes, and of two releases exactly
 * one succeeds. {@link #byteSize()} and {@link #toString()} read them without it.
 */
public final class Span {
  private static final int RELEASED = -1;

  /** Set in {@code state} once a core may have fetched instructions from the span. */
  private static final int FETCHED = 1;

  /** What a write that is going on adds to {@code state}. */
  private static final int WRITER = 2;

  private final Block block;
  private final int first;
  private final int birth;
  private int count;
  private int state;

  Span(Block block, int first, int count, int birth, boolean untouched) {
    this.block = block;
    this.first = first;
    this.count = count;
    this.birth = birth;
    state = untouched ? 0 : FETCHED;
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
   * there. What nobody has written or filled may not be there yet: in a range, some systems put
   * memory behind it when it is written, and an access before ends the process.
   *
   * <p>The first call in a block makes a scope for it, whose end, when the block goes back to the
   * system, asks all threads of the JVM and takes some tens of microseconds.
   *
   * @return a read-only segment of {@link #byteSize()} bytes; it is not alive any more once its
   *     block is unmapped
   * @throws IllegalStateException if the span was released
   */
  public MemorySegment entry() {
    int granules;
    Arena scope;
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      requireLive(stripe);
      granules = block.countAt(first);
      scope = block.entries();
    } finally {
      stripe.unlock();
    }
    return NativeAccess.bounded(block.rx(first, granules), scope).asReadOnly();
  }

  @Override
  public String toString() {
    String suffix = state == RELEASED ? ", released" : "";
    return "Span[0x" + Long.toHexString(address()) + ", " + byteSize() + " bytes" + suffix + "]";
  }

  Heap heap() {
    return Stripe.of(block).heap();
  }

  /** The unit of the sizes of spans in its pool, in bytes. */
  int granularity() {
    return (int) block.byteSize(1);
  }

  /** The name of the strategy by which it is written. */
  String strategy() {
    return block.memory().access().strategy();
  }

  void release() {
    Leftover leftover;
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      requireIdle(stripe);
      state = RELEASED;
      int granules = block.expectsOtherHolders() ? block.countAt(first) : count;
      leftover = stripe.heap().end(block, first, granules);
    } finally {
      stripe.unlock();
    }
    if (leftover != null) {
      heap().finish(leftover);
    }
  }

  void shrink(long byteSize) {
    Leftover leftover;
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      requireIdle(stripe);
      int now = block.countAt(first);
      if (byteSize <= 0 || byteSize > block.byteSize(now)) {
        throw new IllegalArgumentException(
            "a span of " + block.byteSize(now) + " bytes cannot be shrunk to " + byteSize);
      }
      leftover = heap().endRest(block, first, byteSize);
      count = block.countAt(first);
    } finally {
      stripe.unlock();
    }
    heap().finish(leftover);
  }

  /** Whether it is written by way of a {@link Sealing}, once. */
  boolean isSealed() {
    return block.memory().isSealed();
  }

  /** Lets the next spans of a write scope share the pages of this one. */
  void adoptBy(Sealing sealing) {
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      requireLive(stripe);
      sealing.adopt(block, first, byteSize());
    } finally {
      stripe.unlock();
    }
  }

  private boolean join(Sealing sealing) {
    try {
      return sealing.join(block, first);
    } catch (IllegalStateException refused) {
      throw new IllegalStateException(
          this + " cannot be written: " + refused.getMessage(), refused);
    }
  }

  /**
   * Starts a write of a range; {@link #endWrite()} must follow. The memory behind the range is
   * there when this returns, as far as the system can tell.
   *
   * @param sealing who writes, if the memory is sealed
   * @return whether a core may have fetched instructions from the span
   */
  boolean beginWrite(long offset, long byteSize, @Nullable Sealing sealing) {
    boolean joined;
    boolean populated;
    int before;
    int from = first + (int) (offset >> block.granuleShift());
    int end = first + (int) ((offset + byteSize + block.byteSize(1) - 1) >> block.granuleShift());
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      requireLive(stripe);
      requireInside(offset, byteSize, block.countAt(first));
      joined = sealing != null && join(sealing);
      before = state;
      state = before + WRITER;
      block.pin();
      populated = end <= from || block.isPopulated(from, end);
    } finally {
      stripe.unlock();
    }
    if (!populated) {
      populate(from, end, joined ? sealing : null);
    }
    return (before & FETCHED) != 0;
  }

  private void populate(int from, int end, @Nullable Sealing joined) {
    try {
      heap().populate(block, from, end);
    } catch (RuntimeException refused) {
      if (joined != null) {
        leave(joined);
      }
      endWork(0);
      throw refused;
    }
  }

  private void leave(Sealing joined) {
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      joined.leave(block, first);
    } finally {
      stripe.unlock();
    }
  }

  /** Copies code into the span, in a write that has begun. */
  void copyFrom(MemorySegment code, long offset) {
    long byteSize = code.byteSize();
    if (block.memory().isSwitched()) {
      heap().writeSwitched(executable(offset, byteSize), code);
    } else {
      MemorySegment.copy(code, 0, block.memory().rw(), offsetInBlock() + offset, byteSize);
    }
  }

  /** Lets a writer write all of the span, in a write that has begun. */
  void runWriter(long byteSize, Consumer<MemorySegment> writer) {
    try (Arena arena = Arena.ofConfined()) {
      if (block.memory().isSwitched()) {
        runStaged(byteSize, writer, arena);
      } else {
        MemorySegment target = block.memory().rw().asSlice(offsetInBlock(), byteSize);
        // A view that ends with the call, so that no writable segment can be kept.
        writer.accept(NativeAccess.bounded(target, arena));
      }
    }
  }

  /** The switch must not be on while code of somebody else runs, so that writes to a copy. */
  private void runStaged(long byteSize, Consumer<MemorySegment> writer, Arena arena) {
    MemorySegment copy = arena.allocate(byteSize, block.byteSize(1));
    copy.copyFrom(executable(0, byteSize));
    try {
      writer.accept(copy);
    } finally {
      heap().writeSwitched(executable(0, byteSize), copy);
    }
  }

  private void requireInside(long offset, long byteSize, int granules) {
    long size = block.byteSize(granules);
    if (offset < 0 || byteSize < 0 || offset > size - byteSize) {
      throw new IllegalArgumentException(
          byteSize + " bytes at offset " + offset + " do not fit a span of " + size + " bytes");
    }
  }

  private long offsetInBlock() {
    return block.byteSize(first);
  }

  /** Where a part of the span is executed. */
  MemorySegment executable(long offset, long byteSize) {
    return block.memory().rx().asSlice(offsetInBlock() + offset, byteSize);
  }

  /**
   * Tells of a write that is about to end, and was published; but not if the span has ended by a
   * reset, since nobody would be told of its end.
   */
  void tell(Listeners listeners, @Nullable CodeDescription description) {
    if (isLive()) {
      listeners.published(executable(0, byteSize()), description);
    }
  }

  /** Lists where a span may be entered that was published; but not if it has ended by a reset. */
  void addTo(CallTargets targets, @Nullable CodeDescription description) {
    if (isLive()) {
      targets.add(executable(0, byteSize()), description);
    }
  }

  private boolean isLive() {
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      return stripe.isCurrent(block, first, birth);
    } finally {
      stripe.unlock();
    }
  }

  /** Ends a write; from now on what was written may be executed. */
  void endWrite() {
    endWork(FETCHED);
  }

  private void endWork(int flags) {
    Leftover leftover;
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      state = (state | flags) - WRITER;
      leftover = Heap.unpin(block);
    } finally {
      stripe.unlock();
    }
    if (leftover != null) {
      heap().finish(leftover);
    }
  }

  private void requireLive(Stripe stripe) {
    if (state == RELEASED) {
      throw released();
    }
    stripe.requireCurrent(block, first, birth);
  }

  private void requireIdle(Stripe stripe) {
    requireLive(stripe);
    if (state >= WRITER) {
      throw new IllegalStateException(
          this + " is being written by another thread or an open write scope");
    }
  }

  private IllegalStateException released() {
    return new IllegalStateException(this + " was released before");
  }
}
