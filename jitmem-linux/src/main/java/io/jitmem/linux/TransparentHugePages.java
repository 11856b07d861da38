package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.VirtMemException;
import java.util.List;

/**
 * Huge pages behind normal mappings. Private memory gets them by MADV_HUGEPAGE when it is first
 * touched; files in memory by MADV_COLLAPSE (Linux 6.1), whatever {@code shmem_enabled} says, and a
 * second view when it is touched after that. The kernel owes nothing of this, so what came of it is
 * looked up in {@code /proc/self/smaps}. Both ends of a huge page must lie in the mapping, which is
 * why mappings of their size are placed at its multiples where there is room.
 *
 * <p>{@code byteSize} is found out once and written without a lock.
 */
final class TransparentHugePages {
  private static final int UNKNOWN = -1;

  private final PosixCalls posix;
  private final ReservedSpace space;
  private final LinuxEnvironment environment;
  private volatile long byteSize = UNKNOWN;

  TransparentHugePages(PosixCalls posix, LinuxEnvironment environment) {
    this.posix = posix;
    this.environment = environment;
    space = new ReservedSpace(posix);
  }

  /** The size of one, or 0 where the kernel has none. */
  long byteSize() {
    long known = byteSize;
    if (known == UNKNOWN) {
      known =
          environment
              .readNumber("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
              .filter(size -> Long.bitCount(size) == 1)
              .orElse(0L);
      byteSize = known;
    }
    return known;
  }

  /**
   * Where to ask for a mapping so that huge pages fit into it, or 0 if it is of no size for them.
   * The address was free a moment ago; mmap takes another one if it is no more.
   */
  long hint(long size) {
    if (size < LinuxVirtMem.LEAST_HUGE_PAGE || byteSize() == 0 || size % byteSize() != 0) {
      return 0;
    }
    try {
      long room = space.anywhere(size + byteSize());
      posix.munmap(room, size + byteSize());
      return (room + byteSize() - 1) & -byteSize();
    } catch (VirtMemException noRoom) {
      // The mapping itself may still find a place, if a less suitable one.
      return 0;
    }
  }

  /** Asks for huge pages behind pages, and tells how many bytes certainly have got them. */
  long use(List<PageRun> pages) {
    PageChecks.requireCommitted(pages);
    long got = 0;
    for (PageRun run : pages) {
      if (byteSize() > 0 && run.byteSize() >= byteSize()) {
        ask(run);
        got += PageSizes.read(environment).hugeBytes(run);
      }
    }
    return got;
  }

  private void ask(PageRun run) {
    if (run.use() == PageUse.EXECUTABLE_VIEW) {
      advise(run, LinuxAbi.MADV_POPULATE_READ, "MADV_POPULATE_READ");
      return;
    }
    advise(run, LinuxAbi.MADV_HUGEPAGE, "MADV_HUGEPAGE");
    advise(run, LinuxAbi.MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE");
    if (PageSizes.read(environment).hugeBytes(run) < run.byteSize()) {
      advise(run, LinuxAbi.MADV_COLLAPSE, "MADV_COLLAPSE");
    }
  }

  /** A refusal is no failure here: what counts is what can be seen afterwards. */
  private void advise(PageRun run, int advice, String name) {
    try {
      posix.madvise(run.address(), run.byteSize(), advice, name);
    } catch (VirtMemException refused) {
      assert refused.call().isPresent();
    }
  }
}
