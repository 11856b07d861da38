package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.block.SpanFactory;
import io.jitmem.observe.events.EventSink.SpanTiming;
import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Events;
import io.jitmem.observe.events.HeapFigures;
import io.jitmem.observe.events.Refused;
import io.jitmem.observe.picture.BlockSnapshot;
import io.jitmem.observe.picture.HeapSnapshot;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of an allocator. See {@link Stripe} for what the locks guard; of two stripes no thread
 * holds both locks.
 *
 * <p>What ends or changes a span is done in two parts: under the lock of its block's stripe the
 * bookkeeping; without it, by {@link #finish}, what takes longer.
 */
public final class Heap implements EventSource {
  private final long number = Events.nextNumber();
  private final AtomicLong refusals = new AtomicLong();
  private final HeapOptions options;
  private final int lastPool;
  private final VirtMem virtMem;
  private final BlockStore store;
  private final @Nullable Fill fill;
  private final @Nullable CallTargets targets;
  private final @Nullable Listeners listeners;
  private final BlockTable table = new BlockTable();
  private final Stripes stripes;
  private final BlockSupply supply;
  private final Disposal disposal;
  private volatile boolean closed;

  /** A heap without blocks. */
  public Heap(MapperChoice mapping, HeapOptions options) {
    this.options = options;
    lastPool = options.poolCount() - 1;
    listeners = options.listeners();
    virtMem = mapping.mappers().virtMem();
    fill = options.fill().isPresent() ? new Fill(virtMem, options.fill().getAsInt()) : null;
    targets = virtMem.listsCallTargets() ? new CallTargets(virtMem) : null;
    store = new BlockStore(mapping, fill, targets, this);
    stripes = new Stripes(this, options);
    disposal = new Disposal(options, store, table, fill, targets);
    supply = new BlockSupply(options, store, stripes, table, disposal, fill, this);
  }

  /** The list of places where calls may enter, if the backend keeps one. */
  public @Nullable CallTargets callTargets() {
    return targets;
  }

  /** How blocks are mapped. */
  public MapperChoice mapping() {
    return store.mapping();
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public String name() {
    return options.name().isEmpty() ? "allocator-" + number : options.name();
  }

  /** Whether {@link #close()} was called. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Places a span, in a new block if no block has room.
   *
   * @throws NoRoom if a limit does not allow for a block
   */
  public <S> S allocate(long byteSize, boolean mustSucceed, SpanFactory<S> factory) {
    int pool = lastPool == 0 ? 0 : options.poolOf(byteSize);
    Stripe stripe = stripes.lockOne();
    S placed;
    try {
      placed = stripe.allocate(pool, byteSize, factory);
    } finally {
      stripe.unlock();
    }
    return placed != null
        ? placed
        : supply.supply(stripe, new BlockSupply.Request<>(pool, byteSize, mustSucceed, factory));
  }

  /** Ends a live span; called with the lock. What it returns is for {@link #finish}. */
  public @Nullable Leftover end(Block block, int first, int count) {
    return disposal.end(block, first, count);
  }

  /** Ends what a live span has behind a size; called with the lock, as {@link #end}. */
  public @Nullable Leftover endRest(Block block, int first, long byteSize) {
    return disposal.endRest(block, first, block.pool().granuleCount(byteSize));
  }

  /** Does what the end of a span has left to do; called without the lock. */
  public void finish(@Nullable Leftover leftover) {
    if (leftover != null) {
      disposal.finish(leftover);
    }
  }

  /**
   * Ends the span that starts at an address.
   *
   * @throws IllegalArgumentException if none does
   */
  public void releaseAt(long address) {
    SpanTiming timing = Events.releasing();
    requireOpen();
    Block block = table.around(address);
    if (block == null) {
      throw new IllegalArgumentException(
          "no block of this allocator contains 0x" + Long.toHexString(address));
    }
    Leftover leftover;
    int count;
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      stripe.requireOpen();
      if (!block.startsAt(address)) {
        throw new IllegalArgumentException(
            "no span starts at 0x" + Long.toHexString(address) + whatIsThere(block, address));
      }
      block.expectOtherHolders();
      int first = block.granuleAt(address);
      count = block.countAt(first);
      leftover = end(block, first, count);
    } finally {
      stripe.unlock();
    }
    finish(leftover);
    if (timing != null) {
      Events.end(timing, this, address, block.byteSize(count), (int) block.byteSize(1));
    }
  }

  private static String whatIsThere(Block block, long address) {
    long start = block.startAround(block.granuleAt(address));
    return start == 0
        ? ": the memory there is free"
        : ": it lies inside the span at 0x" + Long.toHexString(start);
  }

  /** The live span that an address lies in, or null. */
  public <S> @Nullable S query(long address, SpanFactory<S> factory) {
    requireOpen();
    Block block = table.around(address);
    if (block == null) {
      return null;
    }
    if (!block.expectsOtherHolders()) {
      Stripe.of(block).lock();
      try {
        block.expectOtherHolders();
      } finally {
        Stripe.of(block).unlock();
      }
    }
    return block.lookUp(address, factory);
  }

  /** Ends work on a block that was pinned; called with the lock. */
  public static @Nullable Leftover unpin(Block block) {
    return block.unpin() ? new Leftover.Surplus(block) : null;
  }

  /** The number of the pool for a size. */
  int poolOf(long byteSize) {
    return lastPool == 0 ? 0 : options.poolOf(byteSize);
  }

  int poolCount() {
    return options.poolCount();
  }

  VirtMem virtMem() {
    return virtMem;
  }

  /** Copies code to memory that is under a write switch. */
  public void writeSwitched(MemorySegment target, MemorySegment code) {
    virtMem.writeJit(target, code);
  }

  /** Puts memory behind granules of a pinned block; called without the lock. */
  public void populate(Block block, int first, int end) {
    GranuleRun run;
    Stripe.of(block).lock();
    try {
      run = block.toPopulate(first, end, virtMem.pages().byteSize());
    } finally {
      Stripe.of(block).unlock();
    }
    store.populate(block, run);
    Stripe.of(block).lock();
    try {
      block.populated(run);
    } finally {
      Stripe.of(block).unlock();
    }
  }

  /** What the pools hold, stripe by stripe. */
  public List<PoolFigures> figures() {
    requireOpen();
    return count();
  }

  private List<PoolFigures> count() {
    long page = virtMem.pages().byteSize();
    PoolFigures[] sums = new PoolFigures[options.poolCount()];
    Arrays.setAll(sums, index -> PoolFigures.none(options.granularity() << index));
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        Pool[] pools = stripe.pools();
        for (int i = 0; i < pools.length; i++) {
          sums[i % sums.length] = sums[i % sums.length].plus(pools[i], page);
        }
      } finally {
        stripe.unlock();
      }
    }
    return List.of(sums);
  }

  /** What the blocks hold, area by area; each block at one moment. */
  public HeapSnapshot snapshot() {
    requireOpen();
    // Without a block there may be no mapper yet, and one is not to be chosen for this.
    long guard = table.size() == 0 ? 0 : mapping().mapper().guardByteSize();
    HeapPicture picture = new HeapPicture(virtMem.pages().byteSize(), guard);
    List<BlockSnapshot> blocks = new ArrayList<>();
    for (Stripe stripe : stripes) {
      blocks.addAll(picture.take(stripe));
    }
    return new HeapSnapshot(blocks);
  }

  /** The bytes of spans, and of what is held, that take part of what every request may use. */
  private long ordinaryBytes() {
    long bytes = 0;
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        for (Block block : stripe.blocks()) {
          bytes += block.pool().isHeadroom() ? 0 : block.usedBytes() + block.heldBytes();
        }
      } finally {
        stripe.unlock();
      }
    }
    return bytes;
  }

  @Override
  public @Nullable HeapFigures sample() {
    if (closed) {
      return null;
    }
    Access access = mapping().knownAccess();
    Budget budget = mapping().mappers().budget();
    LargePages largePages = mapping().mappers().largePages();
    PoolFigures sum = PoolFigures.none(0);
    for (PoolFigures each : count()) {
      sum = sum.plus(each);
    }
    return new HeapFigures(
        access == null ? "" : access.strategy(),
        access == null ? "" : mapping().knownReason(),
        budget.limit(),
        budget.headroom(),
        pressure(),
        sum.blockCount(),
        sum.spanCount(),
        sum.usedBytes(),
        sum.heldBytes(),
        sum.reservedBytes(),
        sum.committedBytes(),
        sum.overheadBytes(),
        largePages.blockCount(),
        largePages.fallbackCount(),
        refusals.get());
  }

  /** How much is taken of what every request may use, 0 to 1; 0 without a limit. */
  public double pressure() {
    long most = mapping().mappers().budget().ordinary();
    return most == Budget.UNLIMITED
        ? 0
        : most == 0 ? 1 : Math.min(1, (double) ordinaryBytes() / most);
  }

  /** How many requests were refused so far. */
  public long refusalCount() {
    return refusals.get();
  }

  /** Counts a refusal, and tells of it. */
  public void refused(String request, long byteSize, RuntimeException refusal) {
    refusals.incrementAndGet();
    Events.refused(
        this, new Refused(request, byteSize, kind(refusal), String.valueOf(refusal.getMessage())));
    if (mapping().mappers().budget().isLimited()) {
      Events.pressed(this, "refused");
    }
  }

  private static String kind(RuntimeException refusal) {
    return switch (refusal) {
      case VirtMemException system -> system.kind().name();
      case UnsupportedOperationException _ -> VirtMemException.Kind.NOT_SUPPORTED.name();
      default -> "LIMIT";
    };
  }

  /** Gives memory back to the system that no span needs; returns the number of bytes. */
  public long trim() {
    requireOpen();
    PageReturn pages = new PageReturn(store, disposal, fill);
    long bytes = 0;
    for (Stripe stripe : stripes) {
      bytes += pages.trim(stripe);
    }
    return bytes;
  }

  /** Frees every span. One block a pool stays for what comes next, unless {@code hard}. */
  public void reset(boolean hard) {
    requireOpen();
    ending().reset(hard || options.keptBlocks() == 0);
  }

  private HeapEnd ending() {
    return new HeapEnd(stripes, disposal, store, fill, listeners);
  }

  /**
   * Frees everything. A second call tries again what the first could not.
   *
   * @throws IllegalStateException if a native call is in a block; the others are gone
   */
  public void close() {
    closed = true;
    Events.closed(this);
    store.close(ending().closeStripes());
  }

  /** Checks what must hold in the heap; cost is linear in the granules. */
  public void verify() {
    new HeapCheck(stripes, table, options.keptBlocks()).run();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the allocator is closed");
    }
  }
}
