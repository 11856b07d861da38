package io.jitmem.mapped;

import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Puts memory behind parts of reservations and takes it away.
 *
 * <p>Thread-safe. One lock guards what the pages of all reservations are, and is held during the
 * system calls that change it: a reservation cannot be released between the check of a range and a
 * call that maps over it. Mappings that are no reservations are handled without it.
 */
public final class Reservations {
  private final Mappings mappings;
  private final MappedMemory memory;
  private final ReentrantLock lock = new ReentrantLock();

  /** The reservations in a table of mappings. */
  public Reservations(Mappings mappings, MappedMemory memory) {
    this.mappings = mappings;
    this.memory = memory;
  }

  /** Releases memory of any kind that was entered as one segment. */
  public void release(MemorySegment segment) {
    lockedIfReserved(segment, () -> mappings.release(segment));
  }

  /**
   * Does something with the pages of a range of any mapping; those of a reservation stay what they
   * are meanwhile.
   */
  public void withPages(MemorySegment range, Consumer<List<PageRun>> action) {
    lockedIfReserved(range, () -> action.accept(mappings.pages(range)));
  }

  /** Makes reserved pages private memory. */
  public void commit(MemorySegment range, Protection protection) {
    locked(() -> {
      PageRuns pages = requireUncommitted(range);
      memory.commit(range.address(), range.byteSize(), protection);
      pages.set(range, PageUse.PRIVATE);
    });
  }

  /**
   * Makes two ranges views of the same memory; {@code map} maps them, or fails and leaves both
   * reserved.
   */
  public void commitDual(MemorySegment rx, MemorySegment rw, Consumer<ViewAddresses> map) {
    locked(() -> {
      PageRuns executable = requireUncommitted(rx);
      PageRuns writable = requireUncommitted(rw);
      requirePair(rx, rw);
      map.accept(new ViewAddresses(rx.address(), rw.address()));
      executable.set(rx, PageUse.EXECUTABLE_VIEW);
      writable.set(rw, PageUse.WRITABLE_VIEW);
    });
  }

  /**
   * Makes pages reserved again, whatever they were. A shared file keeps its pages when a view of it
   * goes, so {@code emptyFile} is asked to empty it behind writable views first.
   */
  public void decommit(MemorySegment range, Consumer<PageRun> emptyFile) {
    locked(() -> {
      PageRuns pages = mappings.reservation(range);
      pages.in(range).stream().filter(run -> run.use() == PageUse.WRITABLE_VIEW).forEach(emptyFile);
      memory.reserve(range.address(), range.byteSize());
      pages.set(range, PageUse.RESERVED);
    });
  }

  private PageRuns requireUncommitted(MemorySegment range) {
    PageRuns pages = mappings.reservation(range);
    for (PageRun run : pages.in(range)) {
      if (run.use() != PageUse.RESERVED) {
        throw new IllegalStateException(run + " is committed already: it is " + run.use().text());
      }
    }
    return pages;
  }

  private static void requirePair(MemorySegment rx, MemorySegment rw) {
    if (rx.byteSize() != rw.byteSize()) {
      throw new IllegalArgumentException(
          "two views of the same memory have one size, not "
              + rx.byteSize()
              + " and "
              + rw.byteSize());
    }
    if (rx.asOverlappingSlice(rw).isPresent()) {
      throw new IllegalArgumentException(Mappings.text(rx) + " overlaps " + Mappings.text(rw));
    }
  }

  private void lockedIfReserved(MemorySegment segment, Runnable action) {
    if (mappings.isReserved(segment)) {
      locked(action);
    } else {
      action.run();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
