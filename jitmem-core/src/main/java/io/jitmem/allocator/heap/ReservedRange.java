package io.jitmem.allocator.heap;

import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;

/**
 * Address space for blocks.
 *
 * @param rx where they are executed
 * @param rw where they are written; the same for one view
 * @param isCommitted whether all of it has its two views already
 * @param views what is to be released
 */
record ReservedRange(MemorySegment rx, MemorySegment rw, boolean isCommitted, ReservedViews views) {
  private ReservedRange(MemorySegment rx, MemorySegment rw, boolean isCommitted) {
    this(rx, rw, isCommitted, new ReservedViews(rx, rw));
  }

  /**
   * Reserves what is asked for or, as long as the system refuses that, half as much.
   *
   * @throws VirtMemException if not even the least size can be had, with every refusal
   */
  static ReservedRange reserve(VirtMem virtMem, boolean dual, RangeRequest request) {
    VirtMemException refusal =
        new VirtMemException(
            Kind.OUT_OF_MEMORY,
            "no range of %d to %d bytes can be had %s"
                .formatted(request.leastByteSize(), request.byteSize(), where(request)));
    for (long size = request.byteSize(); size >= request.leastByteSize(); size /= 2) {
      try {
        return reserve(virtMem, dual, size, request);
      } catch (VirtMemException refused) {
        if (!helpsLess(refused.kind())) {
          throw refused;
        }
        refusal.addSuppressed(refused);
      }
    }
    throw refusal;
  }

  private static String where(RangeRequest request) {
    return switch (request.placement()) {
      case Placement.Anywhere anywhere -> "anywhere";
      case Placement.Near near ->
          "within " + near.distance() + " bytes of 0x" + Long.toHexString(near.address());
    };
  }

  private static boolean helpsLess(Kind kind) {
    return switch (kind) {
      case OUT_OF_MEMORY, FILE_TOO_LARGE, NO_SPACE, ADDRESS_IN_USE -> true;
      default -> false;
    };
  }

  private static ReservedRange reserve(
      VirtMem virtMem, boolean dual, long byteSize, RangeRequest request) {
    MemorySegment rx = virtMem.reserve(byteSize, request.placement());
    if (!dual) {
      return new ReservedRange(rx, rx, false);
    }
    try {
      return withSecondView(virtMem, rx, !request.guards());
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> virtMem.release(rx));
      throw failure;
    }
  }

  private static ReservedRange withSecondView(VirtMem virtMem, MemorySegment rx, boolean commit) {
    MemorySegment rw = virtMem.reserve(rx.byteSize(), Placement.anywhere());
    try {
      if (commit) {
        virtMem.prepareDual(rx, rw);
      }
      return new ReservedRange(rx, rw, commit);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> virtMem.release(rw));
      throw failure;
    }
  }

  long byteSize() {
    return rx.byteSize();
  }

  /** Gives the address space back; to be called again if that fails. */
  void release(VirtMem virtMem) {
    views.release(virtMem);
  }
}
