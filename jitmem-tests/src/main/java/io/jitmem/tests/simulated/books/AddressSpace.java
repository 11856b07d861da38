package io.jitmem.tests.simulated.books;

import io.jitmem.tests.simulated.books.Runs.Run;
import io.jitmem.virtmem.Placement;
import java.util.OptionalLong;

/**
 * Which addresses are free. The lowest that fit are given first, so that what was released is used
 * again at once: a stale address soon is somebody else's. Not thread-safe.
 */
public final class AddressSpace {
  private final AddressSet free = new AddressSet();
  private final long start;
  private final long end;

  public AddressSpace(long start, long byteSize) {
    this.start = start;
    end = start + byteSize;
    free.add(start, end);
  }

  /** Takes the lowest aligned range of a size; empty if there is none. */
  public OptionalLong take(long byteSize, long alignment) {
    for (Run<Boolean> run : free.all()) {
      long address = roundUp(run.start(), alignment);
      if (byteSize <= run.end() - address) {
        return use(address, byteSize);
      }
    }
    return OptionalLong.empty();
  }

  /** Takes the aligned range nearest to an address; empty if none is within the distance. */
  public OptionalLong takeNear(long byteSize, long alignment, Placement.Near near) {
    long lowest = lowest(near);
    long highest = highest(near) - byteSize;
    long best = -1;
    for (Run<Boolean> run : free.in(lowest, highest(near))) {
      long from = roundUp(run.start(), alignment);
      long to = Math.min(highest, run.end() - byteSize) & -alignment;
      if (from <= to) {
        long here = Math.clamp(near.address() & -alignment, from, to);
        best = best < 0 || nearer(here, best, near.address()) ? here : best;
      }
    }
    return best < 0 ? OptionalLong.empty() : use(best, byteSize);
  }

  /** How many addresses, free or not, are within the distance. */
  public long byteSizeNear(Placement.Near near) {
    return lowest(near) < highest(near) ? highest(near) - lowest(near) : 0;
  }

  public void giveBack(long address, long byteSize) {
    free.add(address, address + byteSize);
  }

  private OptionalLong use(long address, long byteSize) {
    free.remove(address, address + byteSize);
    return OptionalLong.of(address);
  }

  private long lowest(Placement.Near near) {
    return Math.max(start, saturated(near.address(), -near.distance()));
  }

  /** The first address above those within the distance. */
  private long highest(Placement.Near near) {
    return Math.min(end - 1, saturated(near.address(), near.distance())) + 1;
  }

  private static long saturated(long address, long offset) {
    long sum = address + offset;
    boolean overflow = ((address ^ sum) & (offset ^ sum)) < 0;
    return overflow ? (offset < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }

  private static boolean nearer(long a, long b, long target) {
    return Math.abs(a - target) < Math.abs(b - target);
  }

  private static long roundUp(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }
}
