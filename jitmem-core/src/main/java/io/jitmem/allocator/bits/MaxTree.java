package io.jitmem.allocator.bits;

/**
 * Numbers in slots, of which the first that is large enough is found in logarithmically many steps.
 * Not thread-safe.
 */
public final class MaxTree {
  /**
   * Node {@code n} is the greater of {@code 2n} and {@code 2n + 1}; the second half holds the
   * slots.
   */
  private int[] nodes = new int[2];

  /** Puts a number into a slot, making room if there is no such slot yet. */
  public void set(int slot, int value) {
    while (slot >= nodes.length / 2) {
      grow();
    }
    int node = nodes.length / 2 + slot;
    nodes[node] = value;
    while (node > 1) {
      node >>= 1;
      int greater = Math.max(nodes[2 * node], nodes[2 * node + 1]);
      if (nodes[node] == greater) {
        return;
      }
      nodes[node] = greater;
    }
  }

  /** The number in a slot; 0 where none was put. */
  public int get(int slot) {
    return slot < nodes.length / 2 ? nodes[nodes.length / 2 + slot] : 0;
  }

  /** The first slot whose number is at least {@code value}, which is above 0; or -1. */
  public int find(int value) {
    return find(value, 0);
  }

  /** The same among the slots from one on. */
  public int find(int value, int fromSlot) {
    int slots = nodes.length / 2;
    if (fromSlot >= slots) {
      return -1;
    }
    int node = fromSlot == 0 ? 1 : slots + fromSlot;
    while (nodes[node] < value) {
      // To the next node on the right, as high up as one starts there.
      node++;
      if (Integer.bitCount(node) == 1) {
        return -1;
      }
      node >>= Integer.numberOfTrailingZeros(node);
    }
    while (node < slots) {
      node = nodes[2 * node] >= value ? 2 * node : 2 * node + 1;
    }
    return node - slots;
  }

  private void grow() {
    int slots = nodes.length / 2;
    int[] old = nodes;
    nodes = new int[4 * slots];
    System.arraycopy(old, slots, nodes, 2 * slots, slots);
    for (int node = 2 * slots - 1; node >= 1; node--) {
      nodes[node] = Math.max(nodes[2 * node], nodes[2 * node + 1]);
    }
  }
}
