package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a heap by their addresses. Read without a lock; changed under the lock of the
 * block's stripe and this object's monitor.
 *
 * <p>As long as there are few they are in an array, which is copied for a change: a concurrent map
 * takes a fresh JVM as long as ten classes to load and link. From so many on that copies would
 * show, {@link ManyBlocks} has them.
 */
final class BlockTable {
  /** A copy of so many takes less than mapping a block. */
  static final int MOST_COPIED = 512;

  private static final Block[] NONE = {};

  /** Sorted by address; its elements are never changed. Empty if there are many. */
  private volatile Block[] few = NONE;

  /** Set once, before {@code few} becomes empty. */
  private volatile @Nullable ManyBlocks many;

  synchronized void add(Block block) {
    ManyBlocks all = many;
    if (all != null) {
      all.add(block);
    } else if (few.length < MOST_COPIED) {
      few = with(few, block);
    } else {
      all = new ManyBlocks(few);
      all.add(block);
      many = all;
      few = NONE;
    }
  }

  synchronized void remove(Block block) {
    ManyBlocks all = many;
    if (all != null) {
      all.remove(block);
    } else {
      few = without(few, block);
    }
  }

  private static Block[] with(Block[] old, Block block) {
    int at = countUpTo(old, block.address(0));
    Block[] all = new Block[old.length + 1];
    System.arraycopy(old, 0, all, 0, at);
    all[at] = block;
    System.arraycopy(old, at, all, at + 1, old.length - at);
    return all;
  }

  private static Block[] without(Block[] old, Block block) {
    int at = countUpTo(old, block.address(0)) - 1;
    if (at < 0 || old[at] != block) {
      return old;
    }
    Block[] rest = new Block[old.length - 1];
    System.arraycopy(old, 0, rest, 0, at);
    System.arraycopy(old, at + 1, rest, at, rest.length - at);
    return rest;
  }

  /** The block that contains an address, or null. */
  @Nullable Block around(long address) {
    Block below = below(address);
    boolean inside = below != null && address - below.address(0) < below.memory().byteSize();
    return inside ? below : null;
  }

  /** The array is read first: if it is empty since there are many, these are seen. */
  private @Nullable Block below(long address) {
    Block[] sorted = few;
    ManyBlocks all = many;
    if (all != null) {
      return all.below(address);
    }
    int count = countUpTo(sorted, address);
    return count == 0 ? null : sorted[count - 1];
  }

  boolean contains(Block block) {
    return around(block.address(0)) == block;
  }

  synchronized int size() {
    ManyBlocks all = many;
    return all != null ? all.size() : few.length;
  }

  /** How many blocks start at an address or below; by bisection. */
  private static int countUpTo(Block[] all, long address) {
    int low = 0;
    int high = all.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all[middle].address(0) <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
