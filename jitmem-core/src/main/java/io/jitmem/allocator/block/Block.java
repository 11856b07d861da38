package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleMap;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Memory of one mapping, cut into spans. A span is named by its first granule and the block's clock
 * at its birth.
 *
 * <p><b>Stale names.</b> Whoever holds a name may come back after the granules were released and
 * taken by somebody else. A release by the span's only holder cannot be missed by anybody, so it
 * leaves no trace. A release by address, and any release once somebody has looked spans up, may
 * leave other holders behind: it advances {@code clock} and notes the time for the start granule in
 * {@code releasedAt}. A name older than the note, or older than {@code epoch}, the last time when
 * the block was emptied, is stale. Programs that neither query nor release by address pay nothing
 * for it.
 *
 * <p>Guarded by its owner's lock, but for {@link #lookUp}.
 */
public final class Block {
  private final Pool pool;
  private final BlockMemory memory;
  private final long address;
  private final int granuleByteSize;
  private final int padding;
  private final GranuleMap map;
  private final Map<Integer, Integer> releasedAt = new HashMap<>();

  /** The starts of spans whose release has begun: nobody else may release or change them. */
  private final Set<Integer> leaving = new HashSet<>();

  private int spanCount;
  private int clock;
  private int epoch;
  private boolean discarded;

  /** Written under the lock, read anywhere. */
  private volatile boolean lookedUp;

  /** Granules from here on have never belonged to a span, so no core can have executed them. */
  private int untouchedFrom;

  /** The block's place in its pool. */
  int slot;

  Block(Pool pool, BlockMemory memory, int granuleByteSize, int padding) {
    this.pool = pool;
    this.memory = memory;
    this.granuleByteSize = granuleByteSize;
    this.padding = padding;
    address = memory.rx().address();
    map = new GranuleMap(Math.toIntExact(memory.byteSize() / granuleByteSize));
    takePadding();
  }

  /** The pool that the block belongs to for good. */
  public Pool pool() {
    return pool;
  }

  public BlockMemory memory() {
    return memory;
  }

  /** The address at which a granule is executed. */
  public long address(int granule) {
    return address + byteSize(granule);
  }

  public long byteSize(int granuleCount) {
    return (long) granuleCount * granuleByteSize;
  }

  /** Where granules are executed and read. */
  public MemorySegment rx(int first, int count) {
    return memory.rx().asSlice(byteSize(first), byteSize(count));
  }

  /** Where granules are written. */
  public MemorySegment rw(int first, int count) {
    return memory.rw().asSlice(byteSize(first), byteSize(count));
  }

  public int spanCount() {
    return spanCount;
  }

  public boolean isEmpty() {
    return spanCount == 0;
  }

  /** The bytes that spans take; padding is not counted. */
  public long usedBytes() {
    return byteSize(map.usedCount() - padding);
  }

  /** The bytes of the bookkeeping. */
  public long overheadBytes() {
    return map.overheadBytes();
  }

  /** Steps that searches have taken in this block, for tests of cost. */
  public long stepCount() {
    return map.stepCount();
  }

  /** Places a span, or returns null if no free run is long enough. */
  <S> @Nullable S allocate(int count, SpanFactory<S> factory) {
    int first = map.occupy(count);
    return first < 0 ? null : placed(first, count, factory);
  }

  /** Places a span without a search, or returns null if that cannot be done. */
  <S> @Nullable S allocateInRun(int count, SpanFactory<S> factory) {
    int first = map.occupyInRun(count);
    return first < 0 ? null : placed(first, count, factory);
  }

  /** Places a span at a place, or returns null if it is not free. */
  <S> @Nullable S allocateAt(int first, int count, SpanFactory<S> factory) {
    return map.occupyAt(first, count) ? placed(first, count, factory) : null;
  }

  private <S> S placed(int first, int count, SpanFactory<S> factory) {
    if (spanCount++ == 0) {
      pool.unemptied();
    }
    boolean untouched = first >= untouchedFrom;
    untouchedFrom = Math.max(untouchedFrom, first + count);
    return factory.make(this, first, count, clock, untouched);
  }

  /** A length that the free run around freed granules does not exceed. */
  int runAround(int first, int count) {
    return map.runAround(first, first + count);
  }

  int longestFree() {
    return map.longestFree();
  }

  /** Whether a name still stands for a live span that nobody is releasing. */
  public boolean isCurrent(int first, int birth) {
    if (discarded || birth < epoch || !isStart(first)) {
      return false;
    }
    return (releasedAt.isEmpty() || birth >= releasedAt.getOrDefault(first, 0))
        && (leaving.isEmpty() || !leaving.contains(first));
  }

  /** Whether a live span that nobody is releasing starts at an address. */
  public boolean startsAt(long address) {
    long offset = address - this.address;
    return offset % granuleByteSize == 0 && isCurrent((int) (offset / granuleByteSize), clock);
  }

  /** The granule that an address of the block lies in. */
  public int granuleAt(long address) {
    return (int) ((address - this.address) / granuleByteSize);
  }

  /** The address of the live span that a granule belongs to, or 0 if it is free. */
  public long startAround(int granule) {
    boolean used = granule >= padding && map.isUsed(granule);
    return used ? address(map.startAround(granule)) : 0;
  }

  /** The number of granules of the live span that starts at a granule. */
  public int countAt(int first) {
    return map.countAt(first);
  }

  public int clock() {
    return clock;
  }

  /** From now on releases leave a trace: somebody may hold another name of any span. */
  public void expectOtherHolders() {
    lookedUp = true;
  }

  /** Whether {@link #expectOtherHolders()} was called. May be asked by any thread. */
  public boolean expectsOtherHolders() {
    return lookedUp;
  }

  /**
   * Finds the live span that an address of the block lies in, without the owner's lock; null if
   * there is none. Tries again while the block is being changed.
   */
  public <S> @Nullable S lookUp(long address, SpanFactory<S> factory) {
    int granule = granuleAt(address);
    while (true) {
      int version = map.version();
      if ((version & 1) == 0) {
        boolean found = !discarded && granule >= padding && map.isUsed(granule);
        int first = found ? map.startAround(granule) : 0;
        int count = found ? map.countAt(first) : 0;
        int birth = clock;
        if (map.isUnchangedSince(version)) {
          return found ? factory.make(this, first, count, birth, false) : null;
        }
      }
      Thread.onSpinWait();
    }
  }

  /**
   * Begins the release of a live span or of its end: nobody else can release or change it from now
   * on.
   */
  public void beginRelease(int first) {
    leaving.add(first);
  }

  /** Frees a live span. */
  public void release(int first) {
    if (!leaving.isEmpty()) {
      leaving.remove(first);
    }
    int count = map.countAt(first);
    map.free(first, count);
    spanCount--;
    // The bits first: a reader without the lock must not see the old bits with the new time.
    if (lookedUp) {
      releasedAt.put(first, ++clock);
    }
    if (spanCount == 0) {
      releasedAt.clear();
      epoch = lookedUp ? ++clock : epoch;
      pool.emptied();
    }
    pool.freed(this, first, count);
  }

  /** Frees the end of a live span. */
  public void shrink(int first, int newCount) {
    leaving.remove(first);
    int count = map.countAt(first);
    map.shrink(first, count, newCount);
    if (newCount < count) {
      pool.freed(this, first + newCount, count - newCount);
    }
  }

  /** Frees every span; their names are stale from now on. */
  void reset() {
    map.freeAll();
    spanCount = 0;
    releasedAt.clear();
    leaving.clear();
    epoch = ++clock;
    takePadding();
    pool.freed(this, padding, map.granuleCount() - padding);
  }

  /** Marks the block's memory as gone, and with it every name. */
  void discard() {
    discarded = true;
  }

  /** Checks what must hold in the block; cost is linear in its granules. */
  public void verify() {
    map.verify();
    int starts = 0;
    for (int granule = padding; granule < map.granuleCount(); granule++) {
      starts += map.isStart(granule) ? 1 : 0;
    }
    if (starts != spanCount) {
      throw new IllegalStateException(starts + " spans start, but counted are " + spanCount);
    }
  }

  private boolean isStart(int granule) {
    return granule >= padding && granule < map.granuleCount() && map.isStart(granule);
  }

  private void takePadding() {
    if (padding > 0) {
      int first = map.occupy(padding);
      assert first == 0 : first;
    }
  }
}
