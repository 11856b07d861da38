package io.jitmem.tool.heap;

import io.jitmem.allocator.CapacityException;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Keeps about a number of spans alive: each step releases one by chance if there are as many, and
 * allocates another, and writes code there if that is wanted. A request that is refused for want of
 * room is counted, and one span released. For one thread.
 */
public final class Workload {
  private final JitAllocator allocator;
  private final Sizes sizes;
  private final long mostSpans;
  private final SplittableRandom random;
  private final List<Span> live = new ArrayList<>();
  private final MemorySegment code;
  private long allocations;
  private long publications;
  private long releases;
  private long refusals;
  private @Nullable CapacityException lastRefusal;

  /**
   * A workload that has not begun.
   *
   * @param publishes whether something is written to each span
   */
  public Workload(JitAllocator allocator, WorkloadOptions options, boolean publishes) {
    this.allocator = allocator;
    sizes = options.sizes();
    mostSpans = options.spans();
    random = new SplittableRandom(options.seed());
    code = MemorySegment.ofArray(new byte[publishes ? (int) Sizes.MOST : 0]);
  }

  /** Allocates one span, after a release if there are enough. */
  public void step() {
    if (live.size() >= mostSpans) {
      releaseOne();
    }
    try {
      allocate(sizes.next(random));
    } catch (CapacityException full) {
      refusals++;
      lastRefusal = full;
      if (!live.isEmpty()) {
        releaseOne();
      }
    }
  }

  private void allocate(long byteSize) {
    Span span = allocator.allocate(byteSize);
    live.add(span);
    allocations++;
    if (code.byteSize() > 0) {
      allocator.write(span, 0, code.asSlice(0, byteSize));
      publications++;
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
  public long allocations() {
    return allocations;
  }

  /** How many spans were released so far. */
  public long releases() {
    return releases;
  }

  /** How many spans were written so far. */
  public long publications() {
    return publications;
  }

  /** How many requests were refused so far. */
  public long refusals() {
    return refusals;
  }

  /** The last request that was refused, or null if there was none. */
  public @Nullable CapacityException lastRefusal() {
    return lastRefusal;
  }
}
