package io.jitmem.tests.simulated;

import java.util.List;
import java.util.TreeSet;

/** Addresses that checked calls may enter. Not thread-safe. */
final class CallTargetBook {
  private final TreeSet<Long> listed = new TreeSet<>();

  void add(long start, long... offsets) {
    for (long offset : offsets) {
      listed.add(start + offset);
    }
  }

  void forget(long start, long end) {
    listed.subSet(start, end).clear();
  }

  boolean contains(long address) {
    return listed.contains(address);
  }

  List<Long> in(long start, long end) {
    return List.copyOf(listed.subSet(start, end));
  }
}
