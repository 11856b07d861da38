package io.jitmem.tests.allocator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** Memory that was released, in order: what of it nobody may get yet, and the last of the rest. */
final class FreedMemory {
  /** Addresses from one to another. */
  record Range(long address, long end) {
    long byteSize() {
      return end - address;
    }

    boolean overlaps(LiveSpan span) {
      return address < span.end() && span.address < end;
    }
  }

  private static final int KEPT = 32;

  private final Deque<Range> free = new ArrayDeque<>();
  private final Deque<Range> quarantined = new ArrayDeque<>();
  private final long quarantineBytes;
  private long quarantinedBytes;

  FreedMemory(long quarantineBytes) {
    this.quarantineBytes = quarantineBytes;
  }

  void add(long address, long end) {
    if (address == end) {
      return;
    }
    quarantined.addLast(new Range(address, end));
    quarantinedBytes += end - address;
    while (quarantinedBytes > quarantineBytes) {
      Range out = quarantined.removeFirst();
      quarantinedBytes -= out.byteSize();
      free.addLast(out);
      if (free.size() > KEPT) {
        free.removeFirst();
      }
    }
  }

  /** Takes note of a span, which cannot be where memory is in quarantine. */
  void taken(LiveSpan span) {
    for (Range range : quarantined) {
      if (range.overlaps(span)) {
        throw new AssertionError(
            "%s is in memory 0x%x to 0x%x that was released only %d bytes of releases ago"
                .formatted(span, range.address(), range.end(), quarantinedBytes));
      }
    }
    for (Iterator<Range> each = free.iterator(); each.hasNext(); ) {
      if (each.next().overlaps(span)) {
        each.remove();
      }
    }
  }

  /** What is in no span; at most as much as is remembered. */
  Iterable<Range> ranges() {
    return free.isEmpty() ? quarantined : free;
  }

  long heldBytes() {
    return quarantinedBytes;
  }

  void clear() {
    free.clear();
    quarantined.clear();
    quarantinedBytes = 0;
  }
}
