package io.jitmem.allocator.bits;

import java.util.Arrays;

/**
 * Keeps a {@link RunTree} over the granules of a block. Changes are only noted, as a bit for each
 * leaf, and told to the tree in one go when somebody asks: most allocations ask nothing, and what
 * changes often is then summed up once.
 *
 * <p>Not thread-safe.
 */
final class RunIndex {
  private static final int LEAF_GRANULES = GranuleBits.LINE_WORDS * Long.SIZE;
  private static final int LEAF_SHIFT = 8;
  private static final int NONE = GranuleBits.NONE;

  private final GranuleBits bits;
  private final RunTree tree;

  /** A bit for each leaf that the tree does not know of yet. */
  private final long[] dirtyLeaves;

  /** A bit for each part of the block in which there may be such leaves. */
  private long dirtyParts;

  private final int partShift;

  /** A leaf that is dirty, or NONE if none is. */
  private int lastDirty = NONE;

  private int[] changedLeaves = new int[8];

  RunIndex(GranuleBits bits) {
    this.bits = bits;
    int leafCount = leafOf(bits.granuleCount() - 1) + 1;
    tree = new RunTree(leafCount, LEAF_GRANULES);
    dirtyLeaves = new long[((leafCount - 1) >> 6) + 1];
    partShift = Math.max(0, Integer.SIZE - Integer.numberOfLeadingZeros(leafCount - 1) - 6);
    changed(0, bits.granuleCount());
  }

  long overheadBytes() {
    return (long) dirtyLeaves.length * Long.BYTES
        + (long) changedLeaves.length * Integer.BYTES
        + tree.overheadBytes();
  }

  long stepCount() {
    return tree.stepCount();
  }

  /** Takes note of a range in which granules have become free or busy. */
  void changed(int first, int end) {
    int last = leafOf(end - 1);
    for (int leaf = leafOf(first); leaf <= last; leaf++) {
      if (leaf != lastDirty) {
        lastDirty = leaf;
        dirtyLeaves[leaf >> 6] |= 1L << leaf;
        dirtyParts |= 1L << (leaf >> partShift);
      }
    }
  }

  /** The length of the longest free run. */
  int longest() {
    update();
    return tree.longest();
  }

  /**
   * The start of the lowest run of at least {@code count} free granules, or of the rest of one,
   * from the first leaf on that starts at {@code from} or above; or NONE.
   */
  int find(int count, int from) {
    update();
    int fromLeaf = leafOf(from + LEAF_GRANULES - 1);
    if (fromLeaf > leafOf(bits.granuleCount() - 1)) {
      return NONE;
    }
    int at = tree.find(count, fromLeaf);
    return at == NONE ? NONE : inLeaf(at, count);
  }

  /**
   * The start of the lowest run of at least {@code count} free granules behind a busy granule, or
   * NONE.
   */
  int findBehind(int busy, int count) {
    int leafEnd = Math.min(bits.granuleCount(), (leafOf(busy) + 1) * LEAF_GRANULES);
    int at = bits.nextFree(busy + 1, leafEnd);
    while (at != NONE) {
      int end = endOfRun(at, count);
      if (end - at >= count) {
        return at;
      }
      at = end < leafEnd ? bits.nextFree(end, leafEnd) : NONE;
    }
    return find(count, leafEnd);
  }

  /** Inside a leaf the tree does not know where the run is. */
  private int inLeaf(int from, int count) {
    int at = bits.nextFree(from, bits.granuleCount());
    int end = endOfRun(at, count);
    while (end - at < count) {
      at = bits.nextFree(end, bits.granuleCount());
      end = endOfRun(at, count);
    }
    return at;
  }

  private int endOfRun(int from, int count) {
    return bits.endOfRun(from, Math.min(bits.granuleCount(), from + count));
  }

  private void update() {
    if (lastDirty == NONE) {
      return;
    }
    lastDirty = NONE;
    int count = 0;
    while (dirtyParts != 0) {
      int part = Long.numberOfTrailingZeros(dirtyParts);
      dirtyParts &= dirtyParts - 1;
      int first = part << partShift >> 6;
      int last = (((part + 1) << partShift) - 1) >> 6;
      for (int word = first; word <= Math.min(last, dirtyLeaves.length - 1); word++) {
        count = updateLeaves(word, count);
      }
    }
    tree.update(changedLeaves, count);
  }

  /** Sums up the dirty leaves of a word and appends those that have changed to the list. */
  private int updateLeaves(int word, int changedBefore) {
    int count = changedBefore;
    if (count + Long.SIZE > changedLeaves.length) {
      changedLeaves = Arrays.copyOf(changedLeaves, 2 * (count + Long.SIZE));
    }
    long leaves = dirtyLeaves[word];
    dirtyLeaves[word] = 0;
    while (leaves != 0) {
      int leaf = (word << 6) + Long.numberOfTrailingZeros(leaves);
      leaves &= leaves - 1;
      if (sumUp(leaf)) {
        changedLeaves[count++] = leaf;
      }
    }
    return count;
  }

  private boolean sumUp(int leaf) {
    int longest = 0;
    int leading = NONE;
    int run = 0;
    int end = (leaf + 1) * GranuleBits.LINE_WORDS;
    for (int word = end - GranuleBits.LINE_WORDS; word < end; word++) {
      long busy = bits.busy(word);
      if (busy == 0) {
        run += Long.SIZE;
      } else {
        run += Long.numberOfTrailingZeros(busy);
        leading = leading == NONE ? run : leading;
        longest = Math.max(Math.max(longest, run), Words.longestRun(~busy));
        run = Long.numberOfLeadingZeros(busy);
      }
    }
    return tree.setLeaf(leaf, Math.max(longest, run), leading == NONE ? run : leading, run);
  }

  private static int leafOf(int granule) {
    return granule >> LEAF_SHIFT;
  }
}
