package io.jitmem.tool.heap;

import java.util.random.RandomGenerator;

/** Sizes as they were recorded, over and over. */
final class Trace implements Sizes {
  private final long[] sizes;
  private int next;

  Trace(long... sizes) {
    this.sizes = sizes;
  }

  @Override
  public long next(RandomGenerator random) {
    long size = sizes[next];
    next = (next + 1) % sizes.length;
    return size;
  }
}
