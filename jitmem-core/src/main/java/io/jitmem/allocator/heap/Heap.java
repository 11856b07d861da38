package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.allocator.block.Placement;
import io.jitmem.allocator.block.Pool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of an allocator. {@code lock} guards everything below and every {@link Pool} and
 * {@link Block} reached from here; no system call is made and no code of a user runs under it.
 *
 * <p>An operation checks first and changes afterwards, so a refused one has changed nothing.
 */
public final class Heap {
  /**
   * Every page size of the systems known divides it, and it is the granularity of the coarsest of
   * them.
   */
  private static final long BLOCK_UNIT = 64 << 10;

  private final ReentrantLock lock = new ReentrantLock();
  private final MapperChoice mapping;
  private final Pool pool;
  private final TreeMap<Long, Block> byAddress = new TreeMap<>();

  /** Blocks that left the pool while a native call was in them. */
  private final List<BlockMemory> inUse = new ArrayList<>();

  /** Written under the lock, read anywhere. */
  private volatile boolean closed;

  /** A heap without blocks. */
  public Heap(MapperChoice mapping, Pool pool) {
    this.mapping = mapping;
    this.pool = pool;
  }

  /** How blocks are mapped. */
  public MapperChoice mapping() {
    return mapping;
  }

  /** Places a span, in a new block if no block has room. */
  public Placement allocate(long byteSize) {
    int granuleCount = pool.granuleCount(byteSize);
    long newBlockByteSize;
    lock.lock();
    try {
      requireOpen();
      Placement placement = pool.allocate(granuleCount);
      if (placement != null) {
        return placement;
      }
      newBlockByteSize = pool.byteSizeOfNewBlock(granuleCount);
    } finally {
      lock.unlock();
    }
    return allocateIn(mapping.map(roundUp(newBlockByteSize)), granuleCount);
  }

  private Placement allocateIn(BlockMemory memory, int granuleCount) {
    lock.lock();
    try {
      if (!closed) {
        Block block = pool.add(memory);
        byAddress.put(block.address(0), block);
        Placement placement = block.allocate(granuleCount);
        if (placement == null) {
          throw new AssertionError(granuleCount + " granules do not fit a block made for them");
        }
        return placement;
      }
    } finally {
      lock.unlock();
    }
    mapping.unmap(memory);
    throw closedException();
  }

  /**
   * Frees a span.
   *
   * @throws IllegalStateException if the placement is stale
   */
  public void release(Placement placement) {
    BlockMemory surplus;
    lock.lock();
    try {
      surplus = free(current(placement));
    } finally {
      lock.unlock();
    }
    unmap(surplus);
  }

  /**
   * Frees the span that starts at an address.
   *
   * @throws IllegalArgumentException if none does
   */
  public void releaseAt(long address) {
    BlockMemory surplus;
    lock.lock();
    try {
      requireOpen();
      Block block = blockAround(address);
      Placement placement = block == null ? null : block.spanAt(address);
      if (placement == null) {
        throw new IllegalArgumentException(
            "no span starts at 0x" + Long.toHexString(address) + whatIsThere(block, address));
      }
      surplus = free(placement);
    } finally {
      lock.unlock();
    }
    unmap(surplus);
  }

  /**
   * Frees the end of a span and returns what stays.
   *
   * @throws IllegalArgumentException if the size is not 1 to the span's size
   * @throws IllegalStateException if the placement is stale
   */
  public Placement shrink(Placement placement, long byteSize) {
    lock.lock();
    try {
      Placement live = current(placement);
      if (byteSize <= 0 || byteSize > live.byteSize()) {
        throw new IllegalArgumentException(
            "a span of " + live.byteSize() + " bytes cannot be shrunk to " + byteSize);
      }
      return live.block().shrink(live, pool.granuleCount(byteSize));
    } finally {
      lock.unlock();
    }
  }

  /** The span that an address lies in, or null. */
  public @Nullable Placement query(long address) {
    lock.lock();
    try {
      requireOpen();
      Block block = blockAround(address);
      return block == null ? null : block.spanAround(address);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Where a span is now: the same place, or a smaller one if it was shrunk by its address.
   *
   * @throws IllegalStateException if the placement is stale
   */
  public Placement locate(Placement placement) {
    lock.lock();
    try {
      return current(placement);
    } finally {
      lock.unlock();
    }
  }

  /** What the pools hold. */
  public List<PoolFigures> figures() {
    lock.lock();
    try {
      requireOpen();
      return List.of(figures(pool));
    } finally {
      lock.unlock();
    }
  }

  /** Frees every span. One block stays for what comes next, unless {@code hard}. */
  public void reset(boolean hard) {
    List<BlockMemory> surplus = new ArrayList<>();
    lock.lock();
    try {
      requireOpen();
      for (Block block : List.copyOf(pool.blocks())) {
        if (hard || pool.blocks().getFirst() != block) {
          surplus.add(drop(block));
        } else {
          block.reset();
        }
      }
    } finally {
      lock.unlock();
    }
    unmapAll(surplus);
  }

  /**
   * Frees everything. A second call tries again what the first could not.
   *
   * @throws IllegalStateException if a native call is in a block; the others are gone
   */
  public void close() {
    List<BlockMemory> all = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      List.copyOf(pool.blocks()).forEach(block -> all.add(drop(block)));
      all.addAll(inUse);
      inUse.clear();
    } finally {
      lock.unlock();
    }
    unmapAll(all);
    requireNoneInUse();
  }

  public boolean isClosed() {
    return closed;
  }

  /** Checks what must hold in the heap; cost is linear in the granules. */
  public void verify() {
    lock.lock();
    try {
      int empty = 0;
      for (Block block : pool.blocks()) {
        block.verify();
        empty += block.isEmpty() ? 1 : 0;
        if (byAddress.get(block.address(0)) != block) {
          throw new IllegalStateException(
              "the block at " + block.address(0) + " is not in the index");
        }
      }
      if (empty > 1 || byAddress.size() != pool.blocks().size()) {
        throw new IllegalStateException(
            empty
                + " blocks are empty, "
                + byAddress.size()
                + " indexed, "
                + pool.blocks().size()
                + " pooled");
      }
    } finally {
      lock.unlock();
    }
  }

  private Placement current(Placement placement) {
    requireOpen();
    Block block = placement.block();
    if (!block.isCurrent(placement)) {
      throw new IllegalStateException(
          "the span at 0x" + Long.toHexString(placement.address()) + " was released before");
    }
    return block.locate(placement);
  }

  /** Frees a live span and returns the memory of its block if the pool has no use for it. */
  private @Nullable BlockMemory free(Placement live) {
    Block block = live.block();
    block.release(live);
    return block.isEmpty() && pool.hasOtherEmptyBlock(block) ? drop(block) : null;
  }

  private BlockMemory drop(Block block) {
    pool.remove(block);
    byAddress.remove(block.address(0));
    return block.memory();
  }

  private void unmap(@Nullable BlockMemory surplus) {
    if (surplus != null) {
      unmapAll(List.of(surplus));
    }
  }

  /** Unmaps what nobody is in; the rest is kept until {@link #close()}. */
  private void unmapAll(Collection<BlockMemory> surplus) {
    RuntimeException refusal = null;
    for (BlockMemory memory : surplus) {
      try {
        mapping.unmap(memory);
      } catch (IllegalStateException nativeCallInside) {
        keep(memory);
      } catch (RuntimeException refused) {
        if (refusal == null) {
          refusal = refused;
        } else {
          refusal.addSuppressed(refused);
        }
      }
    }
    if (refusal != null) {
      throw refusal;
    }
  }

  private void keep(BlockMemory memory) {
    lock.lock();
    try {
      inUse.add(memory);
    } finally {
      lock.unlock();
    }
  }

  private void requireNoneInUse() {
    lock.lock();
    try {
      if (!inUse.isEmpty()) {
        throw new IllegalStateException(
            "a native call is in "
                + inUse.size()
                + " of the blocks, which stay mapped until the allocator is closed again");
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Block blockAround(long address) {
    Map.Entry<Long, Block> below = byAddress.floorEntry(address);
    boolean inside =
        below != null && address - below.getKey() < below.getValue().memory().byteSize();
    return inside ? below.getValue() : null;
  }

  private static String whatIsThere(@Nullable Block block, long address) {
    if (block == null) {
      return ": no block of this allocator contains it";
    }
    Placement around = block.spanAround(address);
    return around == null
        ? ": the memory there is free"
        : ": it lies inside the span at 0x" + Long.toHexString(around.address());
  }

  private void requireOpen() {
    if (closed) {
      throw closedException();
    }
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("the allocator is closed");
  }

  private static long roundUp(long byteSize) {
    return (byteSize + BLOCK_UNIT - 1) & -BLOCK_UNIT;
  }

  private static PoolFigures figures(Pool pool) {
    int spans = 0;
    long used = 0;
    long reserved = 0;
    long overhead = 0;
    for (Block block : pool.blocks()) {
      spans += block.spanCount();
      used += block.usedBytes();
      reserved += block.memory().byteSize();
      overhead += block.overheadBytes();
    }
    return new PoolFigures(
        pool.granuleByteSize(), pool.blocks().size(), spans, used, reserved, overhead);
  }
}
