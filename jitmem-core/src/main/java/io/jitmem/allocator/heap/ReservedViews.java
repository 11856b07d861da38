package io.jitmem.allocator.heap;

import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Reservations that go together. A view that the system does not take back does not keep the other,
 * and is tried again when both are released again. Thread-safe.
 */
final class ReservedViews {
  private final List<MemorySegment> left = new ArrayList<>();

  /** One reservation twice, or two. */
  ReservedViews(MemorySegment rx, MemorySegment rw) {
    left.add(rx);
    if (rx.address() != rw.address()) {
      left.add(rw);
    }
  }

  synchronized void release(VirtMem virtMem) {
    Attempts attempts = new Attempts();
    for (MemorySegment view : List.copyOf(left)) {
      attempts.make(() -> {
        virtMem.release(view);
        left.remove(view);
      });
    }
    attempts.requireSuccess();
  }
}
