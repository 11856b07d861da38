package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a heap by their addresses. Read without a lock; changed under the lock of the
 * block's stripe and this object's monitor, by a copy. A heap has at most some thousand blocks, and
 * mapping or unmapping one takes longer than the copy. A skip list would do as well, but loading
 * and linking it takes a fresh JVM as long as ten classes.
 */
final class BlockTable {
  /** Sorted by address; never changed. */
  private volatile Block[] byAddress = {};

  synchronized void add(Block block) {
    Block[] old = byAddress;
    int at = countUpTo(old, block.address(0));
    Block[] all = new Block[old.length + 1];
    System.arraycopy(old, 0, all, 0, at);
    all[at] = block;
    System.arraycopy(old, at, all, at + 1, old.length - at);
    byAddress = all;
  }

  synchronized void remove(Block block) {
    Block[] old = byAddress;
    int at = countUpTo(old, block.address(0)) - 1;
    if (at < 0 || old[at] != block) {
      return;
    }
    Block[] rest = new Block[old.length - 1];
    System.arraycopy(old, 0, rest, 0, at);
    System.arraycopy(old, at + 1, rest, at, rest.length - at);
    byAddress = rest;
  }

  /** The block that contains an address, or null. */
  @Nullable Block around(long address) {
    Block[] all = byAddress;
    int count = countUpTo(all, address);
    if (count == 0) {
      return null;
    }
    Block below = all[count - 1];
    return address - below.address(0) < below.memory().byteSize() ? below : null;
  }

  boolean contains(Block block) {
    return around(block.address(0)) == block;
  }

  int size() {
    return byAddress.length;
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
