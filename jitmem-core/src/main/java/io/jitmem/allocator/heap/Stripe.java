package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.block.SpanFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the heap with pools and a lock of its own. Threads are spread over the stripes, so that
 * those which allocate at once seldom meet; a block stays with the stripe that mapped it, so that a
 * release by any thread goes there.
 *
 * <p>The lock guards the pools, their blocks, and {@code closed}. No system call is made under it.
 */
final class Stripe {
  private final StripeLock lock = new StripeLock();
  private final Pool[] pools;
  private boolean closed;

  Stripe(HeapOptions options) {
    pools = new Pool[options.poolCount()];
    for (int i = 0; i < pools.length; i++) {
      pools[i] = options.pool(this, i);
    }
  }

  void lock() {
    lock.lock();
  }

  boolean tryLock() {
    return lock.tryLock();
  }

  void unlock() {
    lock.unlock();
  }

  /** Every method below is called with the lock held. */
  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the allocator is closed");
    }
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  Pool[] pools() {
    return pools;
  }

  <S> @Nullable S allocate(int pool, int granuleCount, SpanFactory<S> factory) {
    requireOpen();
    return pools[pool].allocate(granuleCount, factory);
  }

  /** A copy, so that blocks can be taken out while it is walked through. */
  List<Block> blocks() {
    List<Block> all = new ArrayList<>();
    for (Pool pool : pools) {
      all.addAll(pool.blocks());
    }
    return all;
  }
}
