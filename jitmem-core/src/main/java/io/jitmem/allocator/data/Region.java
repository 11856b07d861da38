package io.jitmem.allocator.data;

import io.jitmem.allocator.heap.FreeSpace;
import io.jitmem.virtmem.Placement;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A reservation, and which parts of it hold no data. Guarded by the monitor of {@link DataMemory}.
 */
final class Region {
  private final MemorySegment reservation;
  private final FreeSpace space;

  Region(MemorySegment reservation) {
    this.reservation = reservation;
    space = new FreeSpace(reservation.byteSize());
  }

  MemorySegment reservation() {
    return reservation;
  }

  boolean isWithin(Placement where) {
    return isWithin(reservation, where);
  }

  /** Whether all of a segment is where it is wanted. */
  static boolean isWithin(MemorySegment segment, Placement where) {
    return switch (where) {
      case Placement.Anywhere anywhere -> true;
      case Placement.Near near -> {
        long first = segment.address() - near.address();
        long last = first + segment.byteSize() - 1;
        yield first >= -near.distance() && last <= near.distance();
      }
    };
  }

  /** Takes aligned space out, or returns null if there is not so much in a row. */
  @Nullable MemorySegment take(long byteSize, long alignment, long pageByteSize) {
    long slack = alignment - Math.min(alignment, pageByteSize);
    FreeSpace.Slice slice = space.take(byteSize + slack, byteSize + slack);
    if (slice == null) {
      return null;
    }
    long start = reservation.address() + slice.offset();
    long before = ((start + alignment - 1) & -alignment) - start;
    giveBack(slice.offset(), before);
    giveBack(slice.offset() + before + byteSize, slack - before);
    return reservation.asSlice(slice.offset() + before, byteSize);
  }

  void giveBack(MemorySegment memory) {
    giveBack(memory.address() - reservation.address(), memory.byteSize());
  }

  private void giveBack(long offset, long byteSize) {
    if (byteSize > 0) {
      space.giveBack(new FreeSpace.Slice(offset, byteSize));
    }
  }
}
