package io.jitmem.linux;

import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.PageRun;
import io.jitmem.posix.PageUse;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;

/**
 * Puts memory behind pages before they are touched. Linux can since 5.14; {@code tooOld} is only
 * ever set, by whoever finds that this kernel does not know the advice.
 */
final class PagePopulation {
  private final PosixCalls posix;
  private volatile boolean tooOld;

  PagePopulation(PosixCalls posix) {
    this.posix = posix;
  }

  void populate(List<PageRun> pages) {
    PageDiscard.requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use() == PageUse.EXECUTABLE_VIEW) {
        throw new IllegalArgumentException(
            run + " is the executable view of memory with two: populate it by the writable one");
      }
      if (!tooOld) {
        populate(run);
      }
    }
  }

  private void populate(PageRun run) {
    try {
      posix.madvise(
          run.address(), run.byteSize(), LinuxAbi.MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE");
    } catch (VirtMemException refused) {
      VirtMemException.Call call = refused.call().orElseThrow();
      // It is also the answer of an emulator that does not pass the advice on.
      if (call.code() != ErrnoTable.EINVAL) {
        throw call.code() == ErrnoTable.EFAULT ? noRoom(call) : refused;
      }
      tooOld = true;
    }
  }

  /** EFAULT is the kernel's word for "a touch would be SIGBUS". */
  private static VirtMemException noRoom(VirtMemException.Call call) {
    return new VirtMemException(
        Kind.NO_SPACE, call, "there is no more room behind the file that is mapped there");
  }
}
