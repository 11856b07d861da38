package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.block.SpanFactory;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of an allocator. See {@link Stripe} for what the locks guard; of two stripes no thread
 * holds both locks.
 *
 * <p>An operation checks first and changes afterwards, so a refused one has changed nothing.
 */
public final class Heap {
  private final HeapOptions options;
  private final BlockStore store;
  private final @Nullable Fill fill;
  private final Stripe[] stripes;

  /**
   * By the address of a block's first granule, where it is executed. Changed under the lock of the
   * block's stripe.
   */
  private final ConcurrentSkipListMap<Long, Block> byAddress = new ConcurrentSkipListMap<>();

  private volatile boolean closed;

  /** A heap without blocks. */
  public Heap(VirtMem virtMem, MapperChoice mapping, HeapOptions options) {
    this.options = options;
    store = new BlockStore(mapping);
    fill = options.fill().isPresent() ? new Fill(virtMem, options.fill().getAsInt()) : null;
    stripes = new Stripe[options.stripeCount()];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new Stripe(options);
    }
  }

  /** How blocks are mapped. */
  public MapperChoice mapping() {
    return store.mapping();
  }

  /** Whether {@link #close()} was called. */
  public boolean isClosed() {
    return closed;
  }

  /** Places a span, in a new block if no block of the thread's stripe has room. */
  public <S> S allocate(long byteSize, SpanFactory<S> factory) {
    int pool = options.poolOf(byteSize);
    Stripe stripe = lockStripe();
    int granuleCount;
    long newBlockByteSize;
    try {
      granuleCount = stripe.pools()[pool].granuleCount(byteSize);
      S placed = stripe.allocate(pool, granuleCount, factory);
      if (placed != null) {
        return placed;
      }
      newBlockByteSize = stripe.pools()[pool].byteSizeOfNewBlock(granuleCount);
    } finally {
      stripe.unlock();
    }
    BlockMemory memory = mapBlock(newBlockByteSize);
    return allocateIn(stripe, pool, memory, granuleCount, factory);
  }

  /** Locks the stripe that this thread prefers, or another one if that is taken at this moment. */
  private Stripe lockStripe() {
    int preferred = (int) Thread.currentThread().threadId() & (stripes.length - 1);
    if (stripes[preferred].tryLock()) {
      return stripes[preferred];
    }
    for (int i = 1; i < stripes.length; i++) {
      Stripe other = stripes[(preferred + i) & (stripes.length - 1)];
      if (other.tryLock()) {
        return other;
      }
    }
    stripes[preferred].lock();
    return stripes[preferred];
  }

  private BlockMemory mapBlock(long byteSize) {
    BlockMemory memory = store.map(options.alignBlock(byteSize));
    try {
      if (fill != null) {
        fill.fill(memory.rx(), memory.rw());
      }
    } catch (RuntimeException failure) {
      unmapAfter(failure, memory);
      throw failure;
    }
    return memory;
  }

  private void unmapAfter(RuntimeException failure, BlockMemory memory) {
    try {
      store.unmap(List.of(memory));
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  private <S> S allocateIn(
      Stripe stripe, int pool, BlockMemory memory, int granuleCount, SpanFactory<S> factory) {
    stripe.lock();
    try {
      if (!stripe.isClosed()) {
        Block block = stripe.pools()[pool].add(memory);
        byAddress.put(block.address(0), block);
        // In this block, though another one may have got room meanwhile: it would stay empty.
        S placed = stripe.pools()[pool].allocateIn(block, granuleCount, factory);
        if (placed == null) {
          throw new AssertionError(granuleCount + " granules do not fit a block made for them");
        }
        return placed;
      }
    } finally {
      stripe.unlock();
    }
    store.unmap(List.of(memory));
    throw new IllegalStateException("the allocator is closed");
  }

  /**
   * Frees a span.
   *
   * @throws IllegalStateException if the name is stale
   */
  public void release(Block block, int first, int birth) {
    Stripe stripe = stripeOf(block);
    BlockMemory surplus;
    if (fill != null) {
      fillLeaving(stripe, block, first, birth, fill);
    }
    stripe.lock();
    try {
      if (fill == null) {
        requireCurrent(stripe, block, first, birth);
      }
      stripe.requireOpen();
      surplus = free(block, first);
    } finally {
      stripe.unlock();
    }
    if (surplus != null) {
      store.unmap(List.of(surplus));
    }
  }

  /**
   * Fills a span before anybody else can get it: it is still used, but nobody can release or change
   * it any more.
   */
  private void fillLeaving(Stripe stripe, Block block, int first, int birth, Fill with) {
    int count;
    stripe.lock();
    try {
      requireCurrent(stripe, block, first, birth);
      block.beginRelease(first);
      count = block.countAt(first);
    } finally {
      stripe.unlock();
    }
    with.fill(block.rx(first, count), block.rw(first, count));
  }

  /**
   * Frees the span that starts at an address.
   *
   * @throws IllegalArgumentException if none does
   */
  public void releaseAt(long address) {
    requireOpen();
    Block block = blockAround(address);
    if (block == null) {
      throw new IllegalArgumentException(
          "no block of this allocator contains 0x" + Long.toHexString(address));
    }
    Stripe stripe = stripeOf(block);
    int birth;
    stripe.lock();
    try {
      stripe.requireOpen();
      if (!block.startsAt(address)) {
        throw new IllegalArgumentException(
            "no span starts at 0x" + Long.toHexString(address) + whatIsThere(block, address));
      }
      block.expectOtherHolders();
      birth = block.clock();
    } finally {
      stripe.unlock();
    }
    try {
      release(block, block.granuleAt(address), birth);
    } catch (IllegalStateException meanwhile) {
      throw new IllegalArgumentException(
          "no span starts at 0x" + Long.toHexString(address) + " any more", meanwhile);
    }
  }

  /**
   * Frees the end of a span and returns the number of granules that stay.
   *
   * @throws IllegalArgumentException if the size is not 1 to the span's size
   * @throws IllegalStateException if the name is stale
   */
  public int shrink(Block block, int first, int birth, long byteSize) {
    Stripe stripe = stripeOf(block);
    int kept;
    int count;
    stripe.lock();
    try {
      requireCurrent(stripe, block, first, birth);
      count = block.countAt(first);
      if (byteSize <= 0 || byteSize > block.byteSize(count)) {
        throw new IllegalArgumentException(
            "a span of " + block.byteSize(count) + " bytes cannot be shrunk to " + byteSize);
      }
      kept = block.pool().granuleCount(byteSize);
      if (fill == null || kept == count) {
        block.shrink(first, kept);
        return kept;
      }
      block.beginRelease(first);
    } finally {
      stripe.unlock();
    }
    fill.fill(block.rx(first + kept, count - kept), block.rw(first + kept, count - kept));
    stripe.lock();
    try {
      block.shrink(first, kept);
      return kept;
    } finally {
      stripe.unlock();
    }
  }

  /**
   * The span that an address lies in, or null. Takes a lock for the first look-up in a block, and
   * none later.
   */
  public <S> @Nullable S query(long address, SpanFactory<S> factory) {
    requireOpen();
    Block block = blockAround(address);
    if (block == null) {
      return null;
    }
    if (!block.expectsOtherHolders()) {
      Stripe stripe = stripeOf(block);
      stripe.lock();
      block.expectOtherHolders();
      stripe.unlock();
    }
    return block.lookUp(address, factory);
  }

  /**
   * The number of granules that a span has now: it may have been shrunk by its address.
   *
   * @throws IllegalStateException if the name is stale
   */
  public int countNow(Block block, int first, int birth) {
    Stripe stripe = stripeOf(block);
    stripe.lock();
    try {
      requireCurrent(stripe, block, first, birth);
      return block.countAt(first);
    } finally {
      stripe.unlock();
    }
  }

  /** What the pools hold, stripe by stripe. */
  public List<PoolFigures> figures() {
    requireOpen();
    PoolFigures[] sums = new PoolFigures[options.poolCount()];
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        for (int i = 0; i < sums.length; i++) {
          PoolFigures figures = PoolFigures.of(stripe.pools()[i]);
          sums[i] = sums[i] == null ? figures : sums[i].plus(figures);
        }
      } finally {
        stripe.unlock();
      }
    }
    return List.of(sums);
  }

  /** Frees every span. One block a pool stays for what comes next, unless {@code hard}. */
  public void reset(boolean hard) {
    requireOpen();
    List<BlockMemory> surplus = new ArrayList<>();
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        for (Pool pool : stripe.pools()) {
          reset(pool, hard || !options.keepsEmptyBlock(), surplus);
        }
      } finally {
        stripe.unlock();
      }
    }
    store.unmap(surplus);
  }

  private void reset(Pool pool, boolean hard, List<BlockMemory> surplus) {
    for (Block block : List.copyOf(pool.blocks())) {
      if (hard || pool.blocks().getFirst() != block) {
        surplus.add(drop(block));
      } else {
        pool.reset(block);
      }
    }
  }

  /**
   * Frees everything. A second call tries again what the first could not.
   *
   * @throws IllegalStateException if a native call is in a block; the others are gone
   */
  public void close() {
    closed = true;
    List<BlockMemory> all = new ArrayList<>();
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        stripe.close();
        stripe.blocks().forEach(block -> all.add(drop(block)));
      } finally {
        stripe.unlock();
      }
    }
    store.close(all);
  }

  /** Checks what must hold in the heap; cost is linear in the granules. */
  public void verify() {
    int blockCount = 0;
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        for (Pool pool : stripe.pools()) {
          pool.verify();
          if (pool.emptyBlockCount() > (options.keepsEmptyBlock() ? 1 : 0)) {
            throw new IllegalStateException(pool.emptyBlockCount() + " empty blocks in one pool");
          }
        }
        for (Block block : stripe.blocks()) {
          blockCount++;
          if (byAddress.get(block.address(0)) != block) {
            throw new IllegalStateException("a block is not in the index: " + block.memory());
          }
        }
      } finally {
        stripe.unlock();
      }
    }
    if (blockCount != byAddress.size()) {
      throw new IllegalStateException(blockCount + " blocks, but indexed are " + byAddress.size());
    }
  }

  private static Stripe stripeOf(Block block) {
    return (Stripe) block.pool().owner();
  }

  private static void requireCurrent(Stripe stripe, Block block, int first, int birth) {
    stripe.requireOpen();
    if (!block.isCurrent(first, birth)) {
      throw new IllegalStateException(
          "the span at 0x" + Long.toHexString(block.address(first)) + " was released before");
    }
  }

  /** Frees a live span and returns the memory of its block if the pool has no use for it. */
  private @Nullable BlockMemory free(Block block, int first) {
    block.release(first);
    int kept = options.keepsEmptyBlock() ? 1 : 0;
    return block.isEmpty() && block.pool().emptyBlockCount() > kept ? drop(block) : null;
  }

  private BlockMemory drop(Block block) {
    block.pool().remove(block);
    byAddress.remove(block.address(0));
    return block.memory();
  }

  private @Nullable Block blockAround(long address) {
    Map.Entry<Long, Block> below = byAddress.floorEntry(address);
    boolean inside =
        below != null && address - below.getKey() < below.getValue().memory().byteSize();
    return inside ? below.getValue() : null;
  }

  private static String whatIsThere(Block block, long address) {
    int granule = block.granuleAt(address);
    long start = block.startAround(granule);
    return start == 0
        ? ": the memory there is free"
        : ": it lies inside the span at 0x" + Long.toHexString(start);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the allocator is closed");
    }
  }
}
