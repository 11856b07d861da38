package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleMap;
import io.jitmem.allocator.bits.MaxTree;
import java.util.List;

/**
 * Finds the free run for a large span: the shortest of the first that are long enough, so that long
 * runs stay whole. Memory that was never used is one long run at the end of a block, so it is taken
 * last. How many runs are looked at is bounded, in each block and in all, and one that leaves next
 * to nothing over ends the search.
 *
 * <p>Guarded by the pool's owner; kept from one search to the next, so that none makes an object.
 */
final class ShortestRun {
  /** How many runs are looked at for a span. */
  private static final int MOST_RUNS = 32;

  /** How many of them may be in the same block. */
  private static final int MOST_RUNS_OF_BLOCK = 16;

  /** A run whose rest is not more than this part of the span, as a power of two, is good enough. */
  private static final int GOOD_SHIFT = 6;

  /** How far behind the span a run is followed, in spans of that size and in granules. */
  private static final int FOLLOWED_SPANS = 2;

  private static final int FOLLOWED_GRANULES = 4096;

  private final List<Block> blocks;

  /** Of each block a length that no free run in it exceeds. */
  private final MaxTree longestFree;

  private int count;
  private int runsLeft;
  private long shortest;
  private int leastRest;

  ShortestRun(List<Block> blocks, MaxTree longestFree) {
    this.blocks = blocks;
    this.longestFree = longestFree;
  }

  /** Where a span of so many granules is to be placed, as {@link Places#take} tells it, or NONE. */
  long find(int count) {
    this.count = count;
    runsLeft = MOST_RUNS;
    shortest = Places.NONE;
    leastRest = Integer.MAX_VALUE;
    int slot = longestFree.find(count);
    while (slot >= 0 && !isDone()) {
      lookAt(slot);
      slot = longestFree.find(count, slot + 1);
    }
    return shortest;
  }

  private boolean isDone() {
    return shortest != Places.NONE && (runsLeft <= 0 || leastRest <= count >> GOOD_SHIFT);
  }

  private void lookAt(int slot) {
    Block block = blocks.get(slot);
    GranuleMap map = block.map;
    int at = map.find(count, 0);
    if (at == GranuleMap.NONE) {
      longestFree.set(slot, map.longestFree());
      block.grown = false;
    }
    for (int run = 0; run < MOST_RUNS_OF_BLOCK && at != GranuleMap.NONE; run++) {
      int end = map.endOfRun(at, limit(map, at));
      // A search that begins inside a run finds the rest of it.
      if (at == 0 || !map.isFree(at - 1)) {
        note(slot, at, end - at - count);
      }
      at = isDone() || end >= block.spannedTo() ? GranuleMap.NONE : map.findBehind(end, count);
    }
  }

  private void note(int slot, int first, int rest) {
    runsLeft--;
    if (rest < leastRest) {
      leastRest = rest;
      shortest = (long) slot << 32 | first;
    }
  }

  private int limit(GranuleMap map, int at) {
    long end = at + (long) FOLLOWED_SPANS * count + FOLLOWED_GRANULES;
    return (int) Math.min(map.granuleCount(), end);
  }
}
