package io.jitmem.observe.tables;

import io.jitmem.observe.CodeRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is registered for code, by its address: ranges that do not overlap. Not thread-safe.
 *
 * @param <T> what is registered
 */
public final class CodeTable<T> {
  private record Entry<T>(CodeRange range, long number, T value) {}

  private final TreeMap<Long, Entry<T>> byAddress = new TreeMap<>(Long::compareUnsigned);
  private long entered;

  /** How many entries there are. */
  public int count() {
    return byAddress.size();
  }

  /**
   * Enters what is registered for a range.
   *
   * @throws IllegalStateException if something that overlaps it was not removed
   */
  public void put(CodeRange range, T value) {
    if (!within(range).isEmpty()) {
      throw new IllegalStateException("there still is an entry for some of " + range);
    }
    byAddress.put(range.address(), new Entry<>(range, entered++, value));
  }

  /** Takes out what has a byte in a range; what was entered last comes first. */
  public List<T> remove(CodeRange range) {
    List<Entry<T>> found = within(range);
    for (Entry<T> entry : found) {
      byAddress.remove(entry.range().address());
    }
    return newestFirst(found);
  }

  /** Takes everything out; what was entered last comes first. */
  public List<T> removeAll() {
    List<Entry<T>> all = new ArrayList<>(byAddress.values());
    byAddress.clear();
    return newestFirst(all);
  }

  private List<Entry<T>> within(CodeRange range) {
    long last = range.address() + range.byteSize() - 1;
    List<Entry<T>> found =
        new ArrayList<>(byAddress.subMap(range.address(), true, last, true).values());
    Map.Entry<Long, Entry<T>> before = byAddress.lowerEntry(range.address());
    if (before != null && before.getValue().range().contains(range.address())) {
      found.add(before.getValue());
    }
    return found;
  }

  private static <T> List<T> newestFirst(List<Entry<T>> entries) {
    entries.sort(Comparator.comparingLong((Entry<T> entry) -> entry.number()).reversed());
    return entries.stream().map(Entry::value).toList();
  }
}
