package io.jitmem.allocator.bits;

/**
 * An index of the free runs in an array of bits, where a set bit is a used granule: finds the
 * lowest run of a length in a number of steps that is logarithmic in the number of words.
 *
 * <p>It is a binary tree in an array. The leaves are the words themselves; an inner node knows of
 * the granules below it the longest free run and the runs at its two ends. A node is a function of
 * its two children, so after a change of a word its ancestors are computed anew, from the bottom,
 * until one comes out as it was.
 *
 * <p>Not thread-safe.
 */
final class RunTree {
  private static final int LONGEST = 0;
  private static final int LEADING = 1;
  private static final int TRAILING = 2;

  /** Four numbers a node, so that two siblings share a cache line. */
  private static final int STRIDE = 4;

  private final long[] used;
  private final int leafCount;

  /**
   * Node {@code n} has the children {@code 2n} and {@code 2n + 1}; the root is 1; leaves follow the
   * inner nodes.
   */
  private final int[] nodes;

  /** Steps from node to node since the tree was made, for tests of cost. */
  private long stepCount;

  RunTree(long[] used) {
    this.used = used;
    leafCount = Math.max(2, Integer.highestOneBit(used.length * 2 - 1));
    nodes = new int[leafCount * STRIDE];
    for (int node = leafCount - 1; node >= 1; node--) {
      update(node);
    }
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

  /** Takes note of a changed word. */
  void wordChanged(int word) {
    int node = (leafCount + word) >> 1;
    while (node >= 1 && update(node)) {
      node >>= 1;
    }
  }

  /**
   * Takes note of many changed words, level by level, so that no node is computed twice; clears
   * their bits.
   */
  void wordsChanged(long[] changed) {
    int level = leafCount;
    long[] current = changed;
    while (level > 1) {
      level >>= 1;
      current = parentsChanged(current, level);
    }
  }

  /**
   * Computes the parents of the marked nodes and returns those that came out different, marked
   * likewise.
   */
  private long[] parentsChanged(long[] children, int firstParent) {
    long[] parents = new long[(firstParent + 63) >> 6];
    for (int i = 0; i < children.length; i++) {
      long marks = children[i];
      children[i] = 0;
      while (marks != 0) {
        int parent = ((i << 6) + Long.numberOfTrailingZeros(marks)) >> 1;
        marks &= -1L << (((parent & 31) << 1) + 1) << 1;
        if (update(firstParent + parent)) {
          parents[parent >> 6] |= 1L << parent;
        }
      }
    }
    return parents;
  }

  /**
   * The first granule of the lowest free run of at least {@code count}, which must exist: see
   * {@link #longest()}.
   */
  int find(int count) {
    int node = 1;
    int first = 0;
    int granules = leafCount << 6;
    while (node < leafCount) {
      stepCount++;
      int left = 2 * node;
      granules >>= 1;
      if (longest(left) >= count) {
        node = left;
      } else if (trailing(left) + leading(left + 1) >= count) {
        return first + granules - trailing(left);
      } else {
        node = left + 1;
        first += granules;
      }
    }
    return first + Words.findRun(~word(node), count);
  }

  /** Computes a node from its children and tells whether it has changed. */
  private boolean update(int node) {
    stepCount++;
    int left = 2 * node;
    int right = left + 1;
    int size = granulesBelow(left);
    int leftLeading = leading(left);
    int rightTrailing = trailing(right);
    int middle = trailing(left) + leading(right);
    int longest = Math.max(middle, Math.max(longest(left), longest(right)));
    int leading = leftLeading == size ? size + leading(right) : leftLeading;
    int trailing = rightTrailing == size ? size + trailing(left) : rightTrailing;
    int at = node * STRIDE;
    boolean changed =
        nodes[at + LONGEST] != longest
            || nodes[at + LEADING] != leading
            || nodes[at + TRAILING] != trailing;
    nodes[at + LONGEST] = longest;
    nodes[at + LEADING] = leading;
    nodes[at + TRAILING] = trailing;
    return changed;
  }

  private int granulesBelow(int node) {
    int level = 31 - Integer.numberOfLeadingZeros(node);
    return (leafCount << 6) >> level;
  }

  private int longest(int node) {
    return node < leafCount ? nodes[node * STRIDE + LONGEST] : Words.longestRun(~word(node));
  }

  private int leading(int node) {
    return node < leafCount
        ? nodes[node * STRIDE + LEADING]
        : Long.numberOfTrailingZeros(word(node));
  }

  private int trailing(int node) {
    return node < leafCount
        ? nodes[node * STRIDE + TRAILING]
        : Long.numberOfLeadingZeros(word(node));
  }

  /** Leaves beyond the words are as if used. */
  private long word(int node) {
    int index = node - leafCount;
    return index < used.length ? used[index] : -1L;
  }
}
