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
 * <p>The lock guards the pools, their blocks, the quarantine and {@code closed}. No system call is
 * made under it. Behind the ordinary pools there are as many for the headroom, if there is any.
 */
public final class Stripe extends StripeLock {
  private final Heap heap;
  private final Pool[] pools;
  private final long quarantineByteSize;

  /** Made when it is asked for. */
  private @Nullable Quarantine quarantine;

  private boolean closed;

  Stripe(Heap heap, HeapOptions options, int index) {
    this.heap = heap;
    quarantineByteSize = options.quarantineByteSize();
    pools = options.pools(this, index);
  }

  /** The stripe that a block belongs to. */
  public static Stripe of(Block block) {
    return (Stripe) block.owner();
  }

  /** The heap that it is a part of. */
  public Heap heap() {
    return heap;
  }

  /**
   * Checks that a name stands for a live span; called with the lock.
   *
   * @throws IllegalStateException if the name is stale, or the heap is closed
   */
  public void requireCurrent(Block block, int first, int birth) {
    if (!block.isUndisputed(birth)) {
      requireOpen();
      if (!block.isCurrent(first, birth)) {
        throw new IllegalStateException(
            "the span at 0x" + Long.toHexString(block.address(first)) + " was released before");
      }
    }
  }

  /** Whether a name of a span still stands for it; called with the lock held. */
  public boolean isCurrent(Block block, int first, int birth) {
    return !closed && !block.isDiscarded() && block.isCurrent(first, birth);
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

  Quarantine quarantine() {
    if (quarantine == null) {
      quarantine = new Quarantine(quarantineByteSize);
    }
    return quarantine;
  }

  <S> @Nullable S allocate(int pool, long byteSize, SpanFactory<S> factory) {
    requireOpen();
    Pool wanted = pools[pool];
    return wanted.allocate(wanted.granuleCount(byteSize), factory);
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
