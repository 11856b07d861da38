package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.backing.Backing;
import io.jitmem.tests.simulated.books.Page;
import io.jitmem.tests.simulated.books.PageTable;
import io.jitmem.tests.simulated.books.Runs.Run;
import java.util.OptionalLong;
import java.util.function.BiFunction;

/** How code becomes visible to the cores of a simulated system. Not thread-safe. */
final class SimulatedCores {
  private final PageTable pages;
  private final Backing backing;
  private final InstructionCache cache = new InstructionCache();
  private final FlushedBytes bytes = new FlushedBytes();

  SimulatedCores(PageTable pages, Backing backing) {
    this.pages = pages;
    this.backing = backing;
  }

  /** Memory was changed; the other view of it is as well. */
  void written(Run<Page> run) {
    cache.written(run.start(), run.end());
    long twin = run.value().twinDistance();
    if (twin != 0) {
      cache.written(run.start() + twin, run.end() + twin);
    }
  }

  void flush(long start, long end) {
    inChunks(start, end, bytes::replace);
    cache.flush(start, end);
  }

  void synchronize() {
    cache.synchronize();
  }

  /** Lets a core fetch instructions from executable pages. */
  void fetch(long start, long end) {
    inChunks(start, end, bytes::firstDifference);
    cache.fetch(start, end);
  }

  void forget(long address, long byteSize) {
    cache.forget(address, address + byteSize);
    bytes.forget(address, address + byteSize);
  }

  /**
   * Finds out what was written through segments: nobody says when. Phantom segments cannot be
   * written.
   */
  private void inChunks(long start, long end, BiFunction<Long, byte[], OptionalLong> compare) {
    if (backing.mapsAnywhere()) {
      return;
    }
    for (Run<Page> run : pages.in(start, end - start)) {
      for (long at = run.start(); at < run.end(); ) {
        long next = Math.min(run.end(), (at | (FlushedBytes.CHUNK - 1)) + 1);
        byte[] now = new byte[(int) (next - at)];
        backing.read(at + run.value().frameDistance(), now, 0, now.length);
        if (compare.apply(at, now).isPresent()) {
          cache.written(at, next);
        }
        at = next;
      }
    }
  }
}
