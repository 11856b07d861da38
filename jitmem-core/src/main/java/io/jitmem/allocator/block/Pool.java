package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleMap;
import io.jitmem.allocator.bits.MaxTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of one granularity, and where a span is placed in them: at one of the {@link Places} where
 * memory was freed; else where the last search has found a free run, or a new block begins; else at
 * the lowest place that a search finds. Large spans go to the {@link ShortestRun} of some. With
 * random placement every span is searched for, from a random granule of a random block on.
 *
 * <p>An index knows of each block a length that no free run in it exceeds, so that blocks without
 * room are passed over unseen. It is exact when a block was asked in vain, and knows nothing from
 * the next release in the block on.
 *
 * <p>Guarded by its owner's lock.
 */
public final class Pool {
  /** A place is kept for so many granules of the pool at most. */
  private static final int GRANULES_PER_PLACE = 128;

  /** How far behind a short run a search looks for more, in granules. */
  private static final int COLLECT_AHEAD = 2048;

  /** How far from the start of a free run a span may be placed at random, in granules. */
  private static final int MAX_RANDOM_SHIFT = 4096;

  private final PoolShape shape;
  private final Object owner;
  private final int granuleShift;
  private final @Nullable RandomGenerator random;

  /** What spans are placed by: 1 or, where pages are sealed, the granules of a page. */
  private int unit = 1;

  /** Whether spans are placed at random, or by whole pages. */
  private boolean special;

  private final List<Block> blocks = new ArrayList<>();
  private final MaxTree longestFree = new MaxTree();
  private final Places places = new Places();

  /** Made for the first large span. */
  private @Nullable ShortestRun shortestRun;

  private @Nullable Block latest;
  private int emptyBlockCount;
  private long granuleCount;
  private long nextBlockByteSize;

  /**
   * A pool without blocks.
   *
   * @param owner who holds the lock that guards it
   * @param random where random placement takes its numbers from, if spans are placed at random
   */
  public Pool(PoolShape shape, Object owner, Optional<RandomGenerator> random) {
    this.shape = shape;
    this.owner = owner;
    granuleShift = Integer.numberOfTrailingZeros(shape.granuleByteSize());
    this.random = random.orElse(null);
    special = random.isPresent();
    nextBlockByteSize = shape.blockByteSize();
  }

  /** Who holds the lock that guards this pool. */
  public Object owner() {
    return owner;
  }

  public int granuleByteSize() {
    return shape.granuleByteSize();
  }

  /** Whether the pool is a part of the headroom. */
  public boolean isHeadroom() {
    return shape.headroom();
  }

  public List<Block> blocks() {
    return blocks;
  }

  /** The granules that a span of a size takes. */
  public int granuleCount(long byteSize) {
    return (int) ((byteSize - 1) >> granuleShift) + 1;
  }

  /** The bytes of the bookkeeping beside the blocks'. */
  public long overheadBytes() {
    return places.overheadBytes();
  }

  /** Places a span in a block with room, or returns null if none has any. */
  public <S> @Nullable S allocate(int count, SpanFactory<S> factory) {
    return special ? allocateSpecially(count, factory) : allocateInTurn(count, factory);
  }

  private <S> @Nullable S allocateSpecially(int count, SpanFactory<S> factory) {
    if (unit == 1) {
      return allocateAnywhere(count, factory);
    }
    PageClaim claim = allocateAnywhere(wholePages(count), ClaimedPages.CLAIMS);
    return claim == null ? null : cut(claim, count, factory);
  }

  private <S> @Nullable S allocateAnywhere(int count, SpanFactory<S> factory) {
    return random == null
        ? allocateInTurn(count, factory)
        : allocateAtRandom(count, factory, random);
  }

  private static <S> @Nullable S cut(PageClaim claim, int count, SpanFactory<S> factory) {
    ClaimedPages pages = claim.block().claimed();
    return pages == null ? null : pages.cut(claim, count, factory);
  }

  private <S> @Nullable S allocateInTurn(int count, SpanFactory<S> factory) {
    if (count > Places.MAX_COUNT) {
      return allocateInShortest(count, factory);
    }
    S placed = allocateAtPlace(count, factory);
    if (placed == null && latest != null) {
      placed = latest.allocateInRun(count, factory);
    }
    return placed != null ? placed : allocateBySearch(count, factory);
  }

  private <S> @Nullable S allocateAtPlace(int count, SpanFactory<S> factory) {
    long place = places.take(count);
    while (place != Places.NONE) {
      int slot = (int) (place >>> 32);
      int first = (int) place;
      int held = places.takenCount();
      if (slot < blocks.size() && isAsRemembered(blocks.get(slot).map, first, held)) {
        Block block = blocks.get(slot);
        S placed = block.allocateAt(first, count, factory);
        if (placed != null) {
          if (held > count) {
            keepPlace(block, first + count);
          }
          return placed;
        }
      }
      place = places.take(count);
    }
    return null;
  }

  /**
   * Whether a short run is still what it was. One that has grown is remembered with that length,
   * too, and is not to be broken for a span of the old one.
   */
  private static boolean isAsRemembered(GranuleMap map, int first, int count) {
    return count == Places.MAX_COUNT || map.isWholeRun(first, first + count);
  }

  private <S> @Nullable S allocateInShortest(int count, SpanFactory<S> factory) {
    if (shortestRun == null) {
      shortestRun = new ShortestRun(blocks, longestFree);
    }
    long place = shortestRun.find(count);
    if (place == Places.NONE) {
      return null;
    }
    Block block = blocks.get((int) (place >>> 32));
    S placed = block.allocateAt((int) place, count, factory);
    if ((int) place + count < block.spannedTo()) {
      keepPlace(block, (int) place + count);
    }
    return placed;
  }

  /** Remembers the free granules from one on, if it is free. */
  private void keepPlace(Block block, int from) {
    int limit = Math.min(block.map.granuleCount(), from + Places.MAX_COUNT);
    int end = from < limit ? block.map.endOfRun(from, limit) : from;
    if (end > from) {
      places.push(end - from, block.slot, from);
    }
  }

  /**
   * The index may promise more than a block has; then the block is asked, and the index corrected.
   */
  private <S> @Nullable S allocateBySearch(int count, SpanFactory<S> factory) {
    int slot = longestFree.find(count);
    while (slot >= 0) {
      Block block = blocks.get(slot);
      keepPlace(block, block.map.runFrom());
      if (block.map.findRun(count)) {
        latest = block;
        collectBehind(block.map.runEnd(), block);
        return block.allocateInRun(count, factory);
      }
      correct(block);
      slot = longestFree.find(count);
    }
    return null;
  }

  /** Remembers the free places behind a short run, which cost a search each otherwise. */
  private void collectBehind(int from, Block block) {
    GranuleMap map = block.map;
    if (from - map.runFrom() > Places.MAX_COUNT) {
      return;
    }
    int limit = Math.min(map.granuleCount(), from + COLLECT_AHEAD);
    int at = map.nextFree(from, limit);
    while (at >= 0) {
      int end = map.endOfRun(at, limit);
      places.push(Math.min(end - at, Places.MAX_COUNT), block.slot, at);
      at = end < limit ? map.nextFree(end, limit) : GranuleMap.NONE;
    }
  }

  /** The blocks are tried in turn, from a random one on. */
  private <S> @Nullable S allocateAtRandom(
      int count, SpanFactory<S> factory, RandomGenerator numbers) {
    int size = blocks.size();
    int start = size == 0 ? 0 : numbers.nextInt(size);
    for (int i = 0; i < size; i++) {
      Block block = blocks.get((start + i) % size);
      if (longestFree.get(block.slot) >= count) {
        int first = randomPlace(block.map, count, numbers);
        if (first >= 0) {
          return block.allocateAt(first, count, factory);
        }
        correct(block);
      }
    }
    return null;
  }

  private int randomPlace(GranuleMap map, int count, RandomGenerator numbers) {
    // A search that starts inside a run may find the middle of a page.
    int found = map.find(count + unit - 1, numbers.nextInt(map.granuleCount()));
    int from = found >= 0 ? wholePages(found) : map.find(count, 0);
    if (from < 0) {
      return GranuleMap.NONE;
    }
    long limit = Math.min(map.granuleCount(), (long) from + count + MAX_RANDOM_SHIFT);
    return from + (numbers.nextInt(map.endOfRun(from, (int) limit) - from - count + 1) & -unit);
  }

  private int wholePages(int granules) {
    return (granules + unit - 1) & -unit;
  }

  /** The size of the next block, if a span of so many granules fits into it. */
  public long byteSizeOfNewBlock(int count) {
    return Math.max(leastByteSize(count), nextBlockByteSize);
  }

  /** The size of the smallest block that a span of so many granules fits into. */
  public long leastByteSize(int count) {
    return ((long) wholePages(count) + wholePages(shape.padding())) << granuleShift;
  }

  /** From now on spans are placed by whole pages: blocks are to be sealed. */
  public void keepToPages(long pageByteSize) {
    unit = (int) (pageByteSize >> granuleShift);
    special = true;
  }

  /** Adds a block of new memory, and places a span in it, which must fit. */
  public <S> S allocateIn(BlockMemory memory, int count, SpanFactory<S> factory) {
    Block block = add(memory);
    if (unit == 1) {
      return placeFirst(block, count, factory);
    }
    S placed = cut(placeFirst(block, wholePages(count), ClaimedPages.CLAIMS), count, factory);
    if (placed == null) {
      throw new AssertionError(count + " granules do not fit pages that were claimed for them");
    }
    return placed;
  }

  private <S> S placeFirst(Block block, int count, SpanFactory<S> factory) {
    S placed =
        random == null
            ? block.allocateInRun(count, factory)
            : block.allocateAt(randomPlace(block.map, count, random), count, factory);
    if (placed == null) {
      throw new AssertionError(count + " granules do not fit a block made for them");
    }
    return placed;
  }

  private Block add(BlockMemory memory) {
    Block block = new Block(this, memory, shape.granuleByteSize(), shape.padding());
    block.slot = blocks.size();
    blocks.add(block);
    emptyBlockCount++;
    grown(block);
    latest = block;
    nextBlockByteSize = Math.min(shape.maximumBlockByteSize(), nextBlockByteSize * 2);
    resized(block.map.granuleCount());
    return block;
  }

  /** Takes a block out; its spans are gone. */
  public void remove(Block block) {
    if (block.isEmpty()) {
      emptyBlockCount--;
    }
    Block last = blocks.removeLast();
    if (last != block) {
      blocks.set(block.slot, last);
      last.slot = block.slot;
      longestFree.set(last.slot, longestFree.get(blocks.size()));
    }
    longestFree.set(blocks.size(), 0);
    latest = latest == block ? null : latest;
    block.discard();
    resized(-block.map.granuleCount());
    if (blocks.isEmpty()) {
      nextBlockByteSize = shape.blockByteSize();
      places.clear();
    }
  }

  private void resized(int granules) {
    granuleCount += granules;
    places.limit(granuleCount / GRANULES_PER_PLACE);
  }

  /** Frees every span of a block. */
  public void reset(Block block) {
    emptyBlockCount += block.isEmpty() ? 0 : 1;
    block.reset();
    grown(block);
    startOver(block);
  }

  /** The number of blocks without spans. */
  public int emptyBlockCount() {
    return emptyBlockCount;
  }

  /** A block that has pages which were given back to the system, or null. */
  public @Nullable Block blockWithParked() {
    for (Block block : blocks) {
      if (block.hasParked()) {
        return block;
      }
    }
    return null;
  }

  /** Takes note of a run that has become free: its first granule above, its end below. */
  void freed(Block block, long run) {
    int from = (int) (run >>> 32);
    places.push(Math.min((int) run - from, Places.MAX_COUNT), block.slot, from);
    if (!block.grown) {
      grown(block);
    }
  }

  /** There may be any room in the block until it is asked in vain. */
  private void grown(Block block) {
    block.grown = true;
    longestFree.set(block.slot, block.map.granuleCount());
  }

  private void correct(Block block) {
    block.grown = false;
    longestFree.set(block.slot, block.map.longestFree());
  }

  /** Takes note that a block has got its first span. */
  void unemptied() {
    emptyBlockCount--;
  }

  /** Takes note that a block has lost its last span. */
  void emptied(Block block) {
    emptyBlockCount++;
    if (emptyBlockCount == blocks.size()) {
      startOver(block);
    }
  }

  /** Nothing is left in the pool, so the next spans go to the start of a block. */
  private void startOver(Block block) {
    places.clear();
    block.map.restart();
    latest = block;
  }

  /** Checks what must hold in the pool; cost is linear in the granules. */
  public void verify() {
    int empty = 0;
    for (Block block : blocks) {
      block.verify();
      empty += block.isEmpty() ? 1 : 0;
      if (blocks.get(block.slot) != block) {
        throw new IllegalStateException("a block is not in its slot " + block.slot);
      }
      if (longestFree.get(block.slot) < block.map.longestFree()) {
        throw new IllegalStateException(
            "the index knows of "
                + longestFree.get(block.slot)
                + " free granules, the block of "
                + block.map.longestFree());
      }
    }
    if (empty != emptyBlockCount) {
      throw new IllegalStateException(empty + " blocks are empty, counted are " + emptyBlockCount);
    }
  }
}
