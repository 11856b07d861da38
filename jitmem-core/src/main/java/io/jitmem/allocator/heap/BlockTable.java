package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a heap by their addresses. Read without a lock; changed under the lock of the
 * block's stripe.
 */
final class BlockTable {
  private final ConcurrentSkipListMap<Long, Block> byAddress = new ConcurrentSkipListMap<>();

  void add(Block block) {
    byAddress.put(block.address(0), block);
  }

  void remove(Block block) {
    byAddress.remove(block.address(0));
  }

  /** The block that contains an address, or null. */
  @Nullable Block around(long address) {
    Map.Entry<Long, Block> below = byAddress.floorEntry(address);
    boolean inside =
        below != null && address - below.getKey() < below.getValue().memory().byteSize();
    return inside ? below.getValue() : null;
  }

  boolean contains(Block block) {
    return byAddress.get(block.address(0)) == block;
  }

  int size() {
    return byAddress.size();
  }
}
