package io.jitmem.allocator.bits;

/**
 * An index of the runs of free granules in a block: finds the lowest run of a length, from any
 * place on, in a number of steps that is logarithmic in the number of granules.
 *
 * <p>It is a binary tree in an array. A leaf stands for some words of granules; a node knows the
 * longest run below it and the runs at its two ends. A node is a function of its two children, so
 * after a change of leaves only their ancestors are computed anew, level by level, until all come
 * out as they were.
 *
 * <p>Not thread-safe.
 */
final class RunTree {
  private static final int LONGEST = 0;
  private static final int LEADING = 1;
  private static final int TRAILING = 2;

  /** Four numbers a node, so that two siblings share a cache line. */
  private static final int STRIDE = 4;

  private final int leafCount;
  private final int leafGranules;

  /**
   * Node {@code n} has the children {@code 2n} and {@code 2n + 1}; the root is 1; the second half
   * are the leaves.
   */
  private final int[] nodes;

  /** Steps from node to node since the tree was made, for tests of cost. */
  private long stepCount;

  /** A tree in which nothing is free. */
  RunTree(int leafCount, int leafGranules) {
    this.leafCount = Math.max(1, Integer.highestOneBit(leafCount * 2 - 1));
    this.leafGranules = leafGranules;
    nodes = new int[2 * this.leafCount * STRIDE];
  }

  /** The length of the longest free run. */
  int longest() {
    return nodes[STRIDE + LONGEST];
  }

  long stepCount() {
    return stepCount;
  }

  long overheadBytes() {
    return (long) nodes.length * Integer.BYTES;
  }

  /** Sets a leaf and tells whether it has changed; {@link #update} must follow. */
  boolean setLeaf(int leaf, int longest, int leading, int trailing) {
    stepCount++;
    return set(leafCount + leaf, longest, leading, trailing);
  }

  /**
   * Computes what depends on changed leaves.
   *
   * @param changed their numbers, ascending; overwritten
   * @param count how many they are
   */
  void update(int[] changed, int count) {
    int left = count;
    int level = leafCount;
    while (left > 0 && level > 1) {
      level >>= 1;
      left = updateParents(changed, left, level);
    }
  }

  /** Computes the parents of nodes in place and returns how many of them have changed. */
  private int updateParents(int[] children, int count, int firstParent) {
    int changed = 0;
    int last = -1;
    for (int i = 0; i < count; i++) {
      int parent = children[i] >> 1;
      if (parent != last && computeFromChildren(firstParent + parent)) {
        children[changed++] = parent;
      }
      last = parent;
    }
    return changed;
  }

  /**
   * Where the lowest free run of at least {@code count} is, from a leaf on; of one that starts
   * below only the rest counts. It is the first granule of the run or, if the run lies in one leaf,
   * of the leaf; or -1 if there is none.
   */
  int find(int count, int fromLeaf) {
    if (fromLeaf == 0) {
      return longest() < count ? -1 : findBelow(1, 0, count);
    }
    int node = leafCount + fromLeaf;
    int first = fromLeaf * leafGranules;
    int carry = 0;
    while (true) {
      stepCount++;
      if (carry + at(node, LEADING) >= count) {
        return first - carry;
      }
      if (at(node, LONGEST) >= count) {
        return findBelow(node, first, count);
      }
      int size = granulesBelow(node);
      carry = at(node, LEADING) == size ? carry + size : at(node, TRAILING);
      first += size;
      // To the next node on the right, as high up as one starts there.
      node++;
      if (Integer.bitCount(node) == 1) {
        return -1;
      }
      while ((node & 1) == 0) {
        node >>= 1;
      }
    }
  }

  /** The same in a node that has such a run. */
  private int findBelow(int top, int start, int count) {
    int node = top;
    int first = start;
    int granules = granulesBelow(top);
    while (node < leafCount && at(node, LEADING) < count) {
      stepCount++;
      int left = 2 * node;
      granules >>= 1;
      if (at(left, LONGEST) >= count) {
        node = left;
      } else if (at(left, TRAILING) + at(left + 1, LEADING) >= count) {
        return first + granules - at(left, TRAILING);
      } else {
        node = left + 1;
        first += granules;
      }
    }
    return first;
  }

  private boolean computeFromChildren(int node) {
    stepCount++;
    int left = 2 * node;
    int right = left + 1;
    int size = granulesBelow(left);
    int leftLeading = at(left, LEADING);
    int rightTrailing = at(right, TRAILING);
    int middle = at(left, TRAILING) + at(right, LEADING);
    int longest = Math.max(middle, Math.max(at(left, LONGEST), at(right, LONGEST)));
    int leading = leftLeading == size ? size + at(right, LEADING) : leftLeading;
    int trailing = rightTrailing == size ? size + at(left, TRAILING) : rightTrailing;
    return set(node, longest, leading, trailing);
  }

  private boolean set(int node, int longest, int leading, int trailing) {
    int at = node * STRIDE;
    int difference =
        (nodes[at + LONGEST] ^ longest)
            | (nodes[at + LEADING] ^ leading)
            | (nodes[at + TRAILING] ^ trailing);
    nodes[at + LONGEST] = longest;
    nodes[at + LEADING] = leading;
    nodes[at + TRAILING] = trailing;
    return difference != 0;
  }

  private int granulesBelow(int node) {
    int level = 31 - Integer.numberOfLeadingZeros(node);
    return (leafCount >> level) * leafGranules;
  }

  private int at(int node, int what) {
    return nodes[node * STRIDE + what];
  }
}
