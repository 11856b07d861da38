package io.jitmem.tool.heap;

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Keeps about a number of spans alive: each step releases one by chance if there are as many, and
 * allocates another. A request that is refused for want of room is counted, and one span released.
 */
final class Workload {
  private final JitAllocator allocator;
  private final Sizes sizes;
  private final long mostSpans;
  private final SplittableRandom random;
  private final List<Span> live = new ArrayList<>();
  private long allocations;
  private long releases;
  private long refusals;

  Workload(JitAllocator allocator, WorkloadOptions options) {
    this.allocator = allocator;
    sizes = options.sizes();
    mostSpans = options.spans();
    random = new SplittableRandom(options.seed());
  }

  void step() {
    if (live.size() >= mostSpans) {
      releaseOne();
    }
    try {
      live.add(allocator.allocate(sizes.next(random)));
      allocations++;
    } catch (CapacityException full) {
      refusals++;
      if (!live.isEmpty()) {
        releaseOne();
      }
    }
  }

  private void releaseOne() {
    int at = random.nextInt(live.size());
    Span span = live.set(at, live.getLast());
    live.removeLast();
    allocator.release(span);
    releases++;
  }

  /** How many requests were granted so far. */
  long allocations() {
    return allocations;
  }

  /** How many spans were released so far. */
  long releases() {
    return releases;
  }

  /** How many requests were refused so far. */
  long refusals() {
    return refusals;
  }
}
