package io.jitmem.posix;

import io.jitmem.mapped.Mappings;
import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.virtmem.MappingOptions;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Refuses what is not whole pages, or not pages of the right kind. {@code byteSize} is found out on
 * first use and written without a lock: racing threads find the same.
 */
public final class PageChecks {
  /**
   * No kernel for the CPUs known has larger pages, so that multiples of this are whole pages before
   * the system was asked: one call less to bind before the first code runs.
   */
  private static final long LARGEST_PAGE = 64 << 10;

  private final PosixCalls calls;
  private final Mappings mappings;
  private volatile int byteSize;

  /** Checks by the page size that the system tells. */
  public PageChecks(PosixCalls calls, Mappings mappings) {
    this.calls = calls;
    this.mappings = mappings;
  }

  /** The size of a page. */
  public int byteSize() {
    int known = byteSize;
    if (known == 0) {
      known = calls.getpagesize();
      byteSize = known;
    }
    return known;
  }

  /**
   * Checks the size of a mapping.
   *
   * @throws IllegalArgumentException if it is not a positive multiple of the page size
   */
  public void requireWhole(long size) {
    if (size > 0 && (size & (LARGEST_PAGE - 1)) == 0) {
      return;
    }
    if (size <= 0 || (size & (byteSize() - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + size + " is not a positive multiple of the page size " + byteSize());
    }
  }

  /**
   * Checks a range of mapped memory.
   *
   * @throws IllegalArgumentException if it is not whole pages of the size that it is made of
   */
  public void requireWhole(MemorySegment range) {
    long page = Math.max(byteSize(), mappings.largePageByteSize(range));
    if (range.byteSize() <= 0 || (range.byteSize() & (page - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + range.byteSize() + " is not a positive multiple of the page size " + page);
    }
    if ((range.address() & (page - 1)) != 0) {
      throw new IllegalArgumentException(
          "address " + Posix.hex(range.address()) + " is not the start of a page");
    }
  }

  /** Checks options that are for memory with two views only. */
  public static void requireSingle(MappingOptions options) {
    if (options.mechanism().isPresent() || options.preferTemporaryFile()) {
      throw new IllegalArgumentException(
          "a mechanism or a temporary file can be asked of a dual mapping only: " + options);
    }
  }

  /** Checks a range whose instruction cache is to be flushed. */
  public static void requireFlushable(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException(range + " is not native memory");
    }
    if (!range.scope().isAlive()) {
      throw new IllegalStateException("the memory was released before");
    }
  }

  /** Checks that there is memory behind pages. */
  public static void requireCommitted(List<PageRun> pages) {
    for (PageRun run : pages) {
      if (run.use() == PageUse.RESERVED) {
        throw new IllegalStateException(run + " is reserved, but not committed");
      }
    }
  }

  /** Checks that the protections of pages may be changed. */
  public static void requireProtectable(List<PageRun> pages) {
    requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use().isView()) {
        throw new IllegalArgumentException(
            run + " is " + run.use().text() + " of memory with two, which keep their protections");
      }
    }
  }
}
