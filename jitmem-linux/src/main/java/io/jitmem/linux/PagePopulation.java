package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;

/**
 * Puts memory behind pages before they are touched: by an advice that Linux has since 5.14. Older
 * kernels, and emulators that do not pass it on, are asked page by page to add nothing to a number
 * there ({@code futex}), which needs the page as a write does and answers with an error instead of
 * SIGBUS. Only files can lack memory at a touch, so private pages are left alone then.
 *
 * <p>{@code advice} is written without a lock: threads that race find the same.
 */
final class PagePopulation {
  /** Whether the system follows the advice. */
  private enum Advice {
    UNTRIED,
    FOLLOWED,
    UNKNOWN
  }

  private final LinuxAbi abi;
  private final PosixCalls posix;
  private final LinuxCalls linux;
  private volatile Advice advice = Advice.UNTRIED;

  PagePopulation(LinuxAbi abi, PosixCalls posix, LinuxCalls linux) {
    this.abi = abi;
    this.posix = posix;
    this.linux = linux;
  }

  void populate(List<PageRun> pages) {
    PageChecks.requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use() == PageUse.EXECUTABLE_VIEW) {
        throw new IllegalArgumentException(
            run + " is the executable view of memory with two: populate it by the writable one");
      }
      populate(run);
    }
  }

  void populate(PageRun run) {
    if (advice == Advice.UNTRIED) {
      advice = tried();
    }
    if (advice == Advice.FOLLOWED) {
      advise(run);
    } else if (run.use() != PageUse.PRIVATE) {
      touchEach(run);
    }
  }

  /**
   * Nothing is mapped at address 0, which a kernel that knows the advice says (ENOMEM), and an old
   * one does not come to say. Emulators that do not know an advice call it followed: qemu-user 10
   * does.
   */
  private Advice tried() {
    try {
      advise(0, posix.getpagesize());
      return Advice.UNKNOWN;
    } catch (VirtMemException refused) {
      return code(refused) == ErrnoTable.EINVAL ? Advice.UNKNOWN : Advice.FOLLOWED;
    }
  }

  private void advise(PageRun run) {
    try {
      advise(run.address(), run.byteSize());
    } catch (VirtMemException refused) {
      throw refusal(refused);
    }
  }

  private void advise(long address, long byteSize) {
    posix.madvise(address, byteSize, LinuxAbi.MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE");
  }

  private void touchEach(PageRun run) {
    long page = posix.getpagesize();
    for (long offset = 0; offset < run.byteSize(); offset += page) {
      try {
        linux.touch(abi.SYS_futex(), run.address() + offset);
      } catch (VirtMemException refused) {
        if (code(refused) == LinuxErrors.ENOSYS || code(refused) == ErrnoTable.EPERM) {
          // A filter: then the pages come when they are touched, as they would without this.
          return;
        }
        throw refusal(refused);
      }
    }
  }

  /** EFAULT is the kernel's word for "a touch would be SIGBUS". */
  private static VirtMemException refusal(VirtMemException refused) {
    return code(refused) == ErrnoTable.EFAULT
        ? new VirtMemException(
            Kind.NO_SPACE,
            refused.call().orElseThrow(),
            "there is no more room behind the file that is mapped there")
        : refused;
  }

  private static int code(VirtMemException refused) {
    return refused.call().map(VirtMemException.Call::code).orElse(0);
  }
}
