package io.jitmem.tests.simulated.books;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Values of addresses, one entry for each run of one value, so that a run may be as long as the
 * address space. Adjacent runs of equal values are one. Not thread-safe.
 */
public final class Runs<V> {
  /** The addresses from {@code start} to below {@code end}, which have one value. */
  public record Run<V>(long start, long end, V value) {
    public long byteSize() {
      return end - start;
    }
  }

  private final TreeMap<Long, Run<V>> byStart = new TreeMap<>();

  /** Gives a range a value, whatever it had before. */
  public void put(long start, long end, V value) {
    remove(start, end);
    long from = start;
    long to = end;
    Run<V> below = at(start - 1);
    if (below != null && below.value().equals(value)) {
      from = below.start();
    }
    Run<V> above = byStart.get(end);
    if (above != null && above.value().equals(value)) {
      to = above.end();
      byStart.remove(end);
    }
    byStart.put(from, new Run<>(from, to, value));
  }

  /** Takes the value from a range. */
  public void remove(long start, long end) {
    cut(start);
    cut(end);
    byStart.subMap(start, end).clear();
  }

  /** What has a value in a range, cut to its ends, in the order of addresses. */
  public List<Run<V>> in(long start, long end) {
    List<Run<V>> found = new ArrayList<>();
    Run<V> first = at(start);
    for (Run<V> run : byStart.subMap(first == null ? start : first.start(), end).values()) {
      found.add(new Run<>(Math.max(start, run.start()), Math.min(end, run.end()), run.value()));
    }
    return found;
  }

  /** All runs, in the order of addresses. */
  public Iterable<Run<V>> all() {
    return byStart.values();
  }

  /** The run that an address lies in. */
  public @Nullable Run<V> at(long address) {
    Map.Entry<Long, Run<V>> below = byStart.floorEntry(address);
    return below != null && address < below.getValue().end() ? below.getValue() : null;
  }

  /** Makes an address the border of two runs if it lies inside one. */
  private void cut(long address) {
    Run<V> run = at(address);
    if (run != null && run.start() < address) {
      byStart.put(run.start(), new Run<>(run.start(), address, run.value()));
      byStart.put(address, new Run<>(address, run.end(), run.value()));
    }
  }
}
