package io.jitmem.mapped;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What the pages of one reservation are. Not thread-safe: see {@link Reservations}. */
final class PageRuns {
  /** The use of each run by its address; a run ends where the next begins. */
  private final TreeMap<Long, PageUse> uses = new TreeMap<>();

  private final long end;

  PageRuns(long address, long byteSize) {
    end = address + byteSize;
    uses.put(address, PageUse.RESERVED);
  }

  /** The runs of a range of the reservation, cut to its ends. */
  List<PageRun> in(MemorySegment range) {
    List<PageRun> runs = new ArrayList<>();
    long to = range.address() + range.byteSize();
    for (long at = range.address(); at < to; ) {
      Long next = uses.higherKey(at);
      long stop = Math.min(to, next == null ? end : next);
      runs.add(new PageRun(at, stop - at, useAt(at)));
      at = stop;
    }
    return runs;
  }

  /** Notes what a range of the reservation has become. */
  void set(MemorySegment range, PageUse use) {
    long from = range.address();
    long to = from + range.byteSize();
    if (to < end) {
      uses.put(to, useAt(to));
    }
    uses.subMap(from, to).clear();
    uses.put(from, use);
    join(to);
    join(from);
  }

  /** Takes away the border at an address if both of its sides are the same. */
  private void join(long address) {
    Map.Entry<Long, PageUse> below = uses.lowerEntry(address);
    if (below != null && below.getValue() == uses.get(address)) {
      uses.remove(address);
    }
  }

  private PageUse useAt(long address) {
    return Objects.requireNonNull(uses.floorEntry(address)).getValue();
  }
}
