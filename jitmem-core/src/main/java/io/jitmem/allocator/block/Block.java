package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleCopy;
import io.jitmem.allocator.bits.GranuleMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p><b>Holds.</b> Memory that is nobody's span but still being filled, or in quarantine, is
 * withheld, and the block is not empty while there is any. Parked pages, which were given back to
 * the system, are withheld too, but keep no block.
 *
 * <p><b>Pins.</b> Who works on the block's memory without the lock pins the block. It may leave its
 * pool meanwhile, but is unmapped by whoever unpins it last.
 *
 * <p>Guarded by its owner's lock, but for {@link #lookUp}.
 */
public final class Block {
  /** No epoch comes after it but the end of the block. */
  private static final int LAST_TICK = Integer.MAX_VALUE - 1;

  private final Pool pool;
  private final Object owner;
  private final BlockMemory memory;
  private final long address;
  private final int granuleShift;
  private final int padding;
  private final PageState pages;
  private final @Nullable ClaimedPages claimed;
  private final Map<Integer, Integer> releasedAt = new HashMap<>();
  final GranuleMap map;

  private @Nullable Arena entries;

  /** Whether code may have been executed at these addresses before the block was made. */
  private final boolean usedBefore;

  /** Granules from here on have never belonged to a span. */
  private int spannedTo;

  private int spanCount;
  private int holdCount;
  private int pinCount;
  private int clock;
  private int epoch;
  private boolean discarded;

  /** Written under the lock, read anywhere. */
  private volatile boolean lookedUp;

  /** The block's place in its pool. */
  int slot;

  /** Whether the pool's index may know less of the block's free runs than there is. */
  boolean grown;

  Block(Pool pool, BlockMemory memory, int granuleByteSize, int padding) {
    this.pool = pool;
    this.memory = memory;
    owner = pool.owner();
    usedBefore = memory.usedBefore();
    granuleShift = Integer.numberOfTrailingZeros(granuleByteSize);
    address = memory.rx().address();
    int granuleCount = Math.toIntExact(memory.byteSize() >> granuleShift);
    map = new GranuleMap(granuleCount);
    pages = new PageState(granuleCount, granuleByteSize, memory);
    claimed =
        memory.isSealed() ? new ClaimedPages(this, pageGranules(memory.pageByteSize())) : null;
    this.padding = claimed == null ? padding : wholePages(padding);
    takePadding();
  }

  /** The pool that the block belongs to for good. */
  public Pool pool() {
    return pool;
  }

  /** Who holds the lock that guards this block. */
  public Object owner() {
    return owner;
  }

  public BlockMemory memory() {
    return memory;
  }

  /** What is known of the pages if they are to be sealed, or null. */
  public @Nullable ClaimedPages claimed() {
    return claimed;
  }

  /** The address at which a granule is executed. */
  public long address(int granule) {
    return address + byteSize(granule);
  }

  public long byteSize(int granuleCount) {
    return (long) granuleCount << granuleShift;
  }

  /** The binary logarithm of a granule's size. */
  public int granuleShift() {
    return granuleShift;
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

  /**
   * The scope of segments that lead to the block's code; it ends before the memory does. Most
   * programs ask for none, and ending one is dear, so it is made when it is first asked for.
   */
  @SuppressWarnings("MustBeClosedChecker") // endEntries closes it
  public Arena entries() {
    Arena scope = entries;
    if (scope == null) {
      scope = Arena.ofShared();
      entries = scope;
    }
    return scope;
  }

  /**
   * Ends the scope of {@link #entries()}. To be called without the lock, when the block is out of
   * its pool.
   *
   * @throws IllegalStateException if a native call is in the block
   */
  public void endEntries() {
    Arena scope = entries;
    if (scope != null) {
      scope.close();
      entries = null;
    }
  }

  /** Whether the block has neither spans nor anything that is held. */
  public boolean isEmpty() {
    return spanCount + holdCount == 0;
  }

  /** The bytes that spans take. */
  public long usedBytes() {
    return byteSize(map.usedCount());
  }

  /** The bytes of the pages, of this size, that may have memory behind them. */
  public long committedBytes(long pageByteSize) {
    return byteSize(pages.committedCount(pageGranules(pageByteSize), spannedTo));
  }

  private int pageGranules(long pageByteSize) {
    return (int) (Math.max(pageByteSize, memory.largePageByteSize()) >> granuleShift);
  }

  private int wholePages(int granules) {
    int unit = pageGranules(memory.pageByteSize());
    return (granules + unit - 1) & -unit;
  }

  /** The bytes that are held: being filled, or in quarantine. */
  public long heldBytes() {
    return byteSize(map.withheldCount() - pages.parkedCount() - padding);
  }

  /** The bytes of the bookkeeping. */
  public long overheadBytes() {
    return map.overheadBytes() + (claimed == null ? 0 : claimed.overheadBytes());
  }

  /** Steps that searches have taken in this block, for tests of cost. */
  public long stepCount() {
    return map.stepCount();
  }

  /** Places a span in the free run, or returns null if it is too short. */
  <S> @Nullable S allocateInRun(int count, SpanFactory<S> factory) {
    int first = map.occupyInRun(count);
    return first < 0 ? null : placed(first, count, factory);
  }

  /** Places a span at a place, or returns null if it is not free. */
  <S> @Nullable S allocateAt(int first, int count, SpanFactory<S> factory) {
    return map.occupyAt(first, count) ? placed(first, count, factory) : null;
  }

  private <S> S placed(int first, int count, SpanFactory<S> factory) {
    if (spanCount++ == 0 && holdCount == 0) {
      pool.unemptied();
    }
    boolean untouched = first >= spannedTo;
    spannedTo = Math.max(spannedTo, first + count);
    return factory.make(this, first, count, clock, untouched && !usedBefore);
  }

  /** Makes the object for a span that was cut out of a claim. */
  <S> S placedInClaim(int first, int count, SpanFactory<S> factory, boolean untouched) {
    spanCount++;
    return factory.make(this, first, count, clock, untouched);
  }

  /** Withholds free granules for a claim, and tells whether no span was there before. */
  boolean take(int first, int end) {
    map.withholdFree(first, end - first);
    boolean untouched = first >= spannedTo && !usedBefore;
    spannedTo = Math.max(spannedTo, end);
    return untouched;
  }

  /**
   * Whether a name whose holder has not released it stands for a live span, for nobody else can
   * have: then there is nothing more to look at. False says nothing.
   */
  public boolean isUndisputed(int birth) {
    return birth >= epoch && !lookedUp;
  }

  /** Whether a name still stands for a live span. */
  public boolean isCurrent(int first, int birth) {
    return birth >= epoch
        && (releasedAt.isEmpty() || birth >= releasedAt.getOrDefault(first, 0))
        && map.isStart(first);
  }

  /** Whether a live span starts at an address of the block. */
  public boolean startsAt(long address) {
    long offset = address - this.address;
    return !discarded && (offset & (byteSize(1) - 1)) == 0 && isCurrent(granuleAt(address), clock);
  }

  /** The granule that an address of the block lies in. */
  public int granuleAt(long address) {
    return (int) ((address - this.address) >> granuleShift);
  }

  /** The address of the live span that a granule belongs to, or 0 if it belongs to none. */
  public long startAround(int granule) {
    return map.isUsed(granule) ? address(map.startAround(granule)) : 0;
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
        boolean found = !discarded && map.isUsed(granule);
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

  /** Frees a live span of this number of granules. */
  public void free(int first, int count) {
    long run = map.free(first, count);
    ended(first);
    pool.freed(this, run);
    if (isEmpty()) {
      pool.emptied(this);
    }
  }

  /** Frees the end of a live span. */
  public void shrink(int first, int newCount) {
    int count = map.countAt(first);
    if (newCount < count) {
      pool.freed(this, map.freeRest(first, count, newCount));
    }
  }

  /** Ends a live span, but holds its memory. */
  public GranuleRun hold(int first) {
    int count = map.countAt(first);
    map.withhold(first, count);
    holdCount++;
    ended(first);
    return new GranuleRun(first, count);
  }

  /** Shrinks a live span, but holds the memory of its end. */
  public GranuleRun holdEnd(int first, int newCount) {
    int count = map.countAt(first);
    map.withholdRest(first, count, newCount);
    holdCount++;
    return new GranuleRun(first + newCount, count - newCount);
  }

  /**
   * Whether memory that was held still is: not after the block was reset, or its memory is gone.
   */
  public boolean isHeld(GranuleRun run) {
    return !discarded && holdCount > 0 && !map.isUsed(run.first()) && !map.isFree(run.first());
  }

  /** Frees memory that was held. */
  public void unhold(GranuleRun run) {
    pool.freed(this, map.freeWithheld(run.first(), run.count()));
    endHold();
  }

  /** Whether the block's memory is gone. */
  public boolean isDiscarded() {
    return discarded;
  }

  /** All granules. */
  public GranuleRun whole() {
    return new GranuleRun(0, map.granuleCount());
  }

  private void addHolds(int count) {
    if (count > 0 && isEmpty()) {
      pool.unemptied();
    }
    holdCount += count;
  }

  /** Adds a hold to a block that is not empty. */
  void addHold() {
    holdCount++;
  }

  void endHold() {
    holdCount--;
    if (isEmpty()) {
      pool.emptied(this);
    }
  }

  /** Keeps the block's memory mapped until {@link #unpin}, though the block may leave its pool. */
  public void pin() {
    pinCount++;
  }

  /**
   * Undoes a {@link #pin} and tells whether the memory, which is nobody's, is to be unmapped now.
   */
  public boolean unpin() {
    return --pinCount == 0 && discarded;
  }

  /** Whether somebody works on the block's memory without the lock. */
  public boolean isPinned() {
    return pinCount > 0;
  }

  /** Takes note of the end of a span. */
  void ended(int first) {
    spanCount--;
    // The bits first: a reader without the lock must not see the old bits with the new time.
    if (lookedUp) {
      releasedAt.put(first, tick());
    }
    if (spanCount == 0) {
      releasedAt.clear();
      epoch = lookedUp ? tick() : epoch;
    }
  }

  /**
   * Advances the clock, which stands still at its end: a block that has seen so many releases may
   * then take an old name for a new one, but never a live one for an old one.
   */
  private int tick() {
    if (clock < LAST_TICK) {
      clock++;
    }
    return clock;
  }

  /** From where on no granule has ever belonged to a span. */
  int spannedTo() {
    return spannedTo;
  }

  /** Whether granules are known to have memory behind them. */
  public boolean isPopulated(int first, int end) {
    return pages.isPopulated(first, end);
  }

  /**
   * What to put memory behind, at once, so that a range has it: the chunks that it lies in or,
   * where pages were given back that must not come back by that, or have been sealed, its own
   * pages.
   */
  public GranuleRun toPopulate(int first, int end, long pageByteSize) {
    boolean alone = claimed != null || pages.hasParked();
    int unit = alone ? pageGranules(pageByteSize) : pages.chunkGranules();
    int from = first & -unit;
    return new GranuleRun(from, Math.min((end + unit - 1) & -unit, map.granuleCount()) - from);
  }

  /** Takes note that granules have got memory behind them. */
  public void populated(GranuleRun run) {
    pages.populated(run);
  }

  /**
   * Holds the whole free pages that may have memory, so that nobody gets them while they are given
   * back; {@link #park} or {@link #unhold} each.
   */
  public List<GranuleRun> holdFreePages(long pageByteSize) {
    int pageGranules = pageGranules(pageByteSize);
    int limit = pages.touchedTo(pageGranules, spannedTo);
    List<GranuleRun> held = new ArrayList<>();
    int at = map.nextFree(0, limit);
    while (at >= 0) {
      int end = map.endOfRun(at, limit);
      int from = (at + pageGranules - 1) & -pageGranules;
      int to = end & -pageGranules;
      if (from < to) {
        map.withholdFree(from, to - from);
        held.add(new GranuleRun(from, to - from));
      }
      at = end < limit ? map.nextFree(end, limit) : GranuleMap.NONE;
    }
    addHolds(held.size());
    return held;
  }

  /** Takes note that held pages were given back. */
  public void park(GranuleRun held) {
    pages.park(held);
    endHold();
  }

  /** Whether pages are parked. */
  public boolean hasParked() {
    return pages.hasParked();
  }

  /** Makes parked pages memory that is held; free each by {@link #unhold}. */
  public List<GranuleRun> holdParked() {
    List<GranuleRun> runs = pages.takeParked();
    addHolds(runs.size());
    return runs;
  }

  /** What the block is now, to be looked at without the lock. Cost is linear in its granules. */
  public BlockCopy copy(long pageByteSize) {
    return new BlockCopy(
        this, new GranuleCopy(map), padding, pages.parked(), committedBytes(pageByteSize));
  }

  /** Frees every span, and what is held or parked; all names are stale from now on. */
  void reset() {
    pages.takeParked();
    map.freeAll();
    if (claimed != null) {
      claimed.clear();
    }
    spanCount = 0;
    holdCount = 0;
    releasedAt.clear();
    epoch = tick();
    takePadding();
    map.restart();
  }

  /** Marks the block's memory as gone, and with it every name. */
  void discard() {
    discarded = true;
    epoch = Integer.MAX_VALUE;
  }

  /** Checks what must hold in the block; cost is linear in its granules. */
  public void verify() {
    map.verify();
    if (claimed != null) {
      claimed.verify();
    }
    int starts = 0;
    for (int granule = 0; granule < map.granuleCount(); granule++) {
      starts += map.isStart(granule) ? 1 : 0;
    }
    if (starts != spanCount || heldBytes() < 0) {
      throw new IllegalStateException(
          starts
              + " spans start, counted are "
              + spanCount
              + "; held are "
              + heldBytes()
              + " bytes");
    }
  }

  private void takePadding() {
    if (padding > 0) {
      map.withholdFree(0, padding);
    }
  }
}
