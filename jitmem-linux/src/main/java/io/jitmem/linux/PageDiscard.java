package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;

/**
 * Gives the memory behind pages back while they stay mapped: private pages are dropped, files get a
 * hole.
 */
final class PageDiscard {
  private final PosixCalls posix;
  private final PageRemoval removal;

  PageDiscard(PosixCalls posix, PageRemoval removal) {
    this.posix = posix;
    this.removal = removal;
  }

  void discard(List<PageRun> pages) {
    PageChecks.requireCommitted(pages);
    requireNoExecutableView(pages);
    for (PageRun run : pages) {
      if (run.use() == PageUse.PRIVATE) {
        posix.madvise(run.address(), run.byteSize(), LinuxAbi.MADV_DONTNEED, "MADV_DONTNEED");
      } else {
        removal.remove(run);
      }
    }
  }

  /** Punches a hole into the file behind a view, if its file system can. */
  void emptyFile(PageRun view) {
    try {
      removal.remove(view);
    } catch (VirtMemException refused) {
      // Then the memory goes back with the last view of the file.
      if (refused.kind() != Kind.NOT_SUPPORTED) {
        throw refused;
      }
    }
  }

  private static void requireNoExecutableView(List<PageRun> pages) {
    for (PageRun run : pages) {
      if (run.use() == PageUse.EXECUTABLE_VIEW) {
        throw new IllegalArgumentException(
            run + " is the executable view of memory with two: discard it by the writable one");
      }
    }
  }
}
