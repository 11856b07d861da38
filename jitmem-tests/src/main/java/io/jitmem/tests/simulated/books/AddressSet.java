package io.jitmem.tests.simulated.books;

import io.jitmem.tests.simulated.books.Runs.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A set of addresses, kept as runs. Not thread-safe. */
public final class AddressSet {
  private final Runs<Boolean> runs = new Runs<>();
  private long byteSize;

  public void add(long start, long end) {
    remove(start, end);
    runs.put(start, end, true);
    byteSize += end - start;
  }

  public void remove(long start, long end) {
    for (Run<Boolean> run : in(start, end)) {
      byteSize -= run.byteSize();
    }
    runs.remove(start, end);
  }

  public void clear() {
    remove(0, Long.MAX_VALUE);
  }

  /** The members within a range, as runs. */
  public List<Run<Boolean>> in(long start, long end) {
    return runs.in(start, end);
  }

  public Iterable<Run<Boolean>> all() {
    return runs.all();
  }

  /** The number of members. */
  public long byteSize() {
    return byteSize;
  }

  /** The lowest address of a range that is a member. */
  public OptionalLong firstIn(long start, long end) {
    List<Run<Boolean>> found = in(start, end);
    return found.isEmpty() ? OptionalLong.empty() : OptionalLong.of(found.getFirst().start());
  }

  /** What of a range are no members, as runs. */
  public List<Run<Boolean>> notIn(long start, long end) {
    List<Run<Boolean>> gaps = new ArrayList<>();
    long at = start;
    for (Run<Boolean> run : in(start, end)) {
      if (at < run.start()) {
        gaps.add(new Run<>(at, run.start(), false));
      }
      at = run.end();
    }
    if (at < end) {
      gaps.add(new Run<>(at, end, false));
    }
    return gaps;
  }

  /** The lowest address of a range that is no member. */
  public OptionalLong firstNotIn(long start, long end) {
    Run<Boolean> run = runs.at(start);
    long covered = run == null ? start : run.end();
    return covered < end ? OptionalLong.of(covered) : OptionalLong.empty();
  }
}
