package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Blocks by their addresses, of any number: each change and each look takes logarithmic time. */
final class ManyBlocks {
  private final ConcurrentSkipListMap<Long, Block> byAddress = new ConcurrentSkipListMap<>();

  ManyBlocks(Block... first) {
    for (Block block : first) {
      add(block);
    }
  }

  void add(Block block) {
    byAddress.put(block.address(0), block);
  }

  void remove(Block block) {
    byAddress.remove(block.address(0), block);
  }

  /** The last block that starts at an address or below, or null. */
  @Nullable Block below(long address) {
    Map.Entry<Long, Block> found = byAddress.floorEntry(address);
    return found == null ? null : found.getValue();
  }

  int size() {
    return byAddress.size();
  }
}
