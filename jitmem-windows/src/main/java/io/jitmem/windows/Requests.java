package io.jitmem.windows;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.virtmem.MappingOptions;
import java.util.List;

/** What Windows cannot be asked for. */
final class Requests {
  private Requests() {}

  static void requireWholePages(long byteSize, long page) {
    if (byteSize <= 0 || (byteSize & (page - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a positive multiple of the page size " + page);
    }
  }

  static void requireGranules(long byteSize, WindowsSystem system) {
    long granularity = system.info().granularity();
    if (byteSize <= 0 || (byteSize & (granularity - 1)) != 0) {
      throw new IllegalArgumentException(
          "size "
              + byteSize
              + " is not a positive multiple of the allocation granularity "
              + granularity);
    }
  }

  /** A size that a process has addresses for. */
  static long addressed(long byteSize, WindowsSystem system) {
    system.requireAddresses(byteSize);
    return byteSize;
  }

  static void requireMappable(long byteSize, MappingOptions options, WindowsSystem system) {
    requireWholePages(byteSize, system.info().pageByteSize());
    long large = options.largePageByteSize();
    if (large > 0 && (byteSize & (large - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a multiple of the large page size " + large);
    }
    requireOffered(options);
    system.requireAddresses(byteSize);
  }

  private static void requireOffered(MappingOptions options) {
    if (options.mapJit()) {
      throw new UnsupportedOperationException(
          "Windows has no per-thread switch for executable memory (MAP_JIT)");
    }
    if (options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "Windows does not bound the later protections of private memory");
    }
    if (options.shared()) {
      throw new UnsupportedOperationException(
          "Windows starts no process by forking, so there is nobody to share memory with");
    }
  }

  static void requireSingle(MappingOptions options) {
    if (options.mechanism().isPresent() || options.preferTemporaryFile()) {
      throw new IllegalArgumentException(
          "a mechanism or a temporary file can be asked of a dual mapping only: " + options);
    }
  }

  static void requireSection(String mechanism) {
    if (!mechanism.equals(WindowsVirtMem.SECTION)) {
      throw new IllegalArgumentException(
          "'"
              + mechanism
              + "' is no mechanism of dual mapping here; "
              + WindowsVirtMem.SECTION
              + " is");
    }
  }

  static void requireCommitted(List<PageRun> pages) {
    for (PageRun run : pages) {
      if (run.use() == PageUse.RESERVED) {
        throw new IllegalStateException(run + " is reserved, but not committed");
      }
    }
  }

  static void requirePopulatable(List<PageRun> pages) {
    requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use() == PageUse.EXECUTABLE_VIEW) {
        throw new IllegalArgumentException(
            run + " is the executable view of memory with two: populate it by the writable one");
      }
    }
  }

  static void requireNoWritableView(List<PageRun> pages) {
    for (PageRun run : pages) {
      if (run.use() == PageUse.WRITABLE_VIEW) {
        throw new IllegalArgumentException(
            run + " is the writable view of memory with two: code is called by the other one");
      }
    }
  }

  static void requireProtectable(List<PageRun> pages) {
    requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use().isView()) {
        throw new IllegalArgumentException(
            run + " is " + run.use().text() + " of memory with two, which keep their protections");
      }
    }
  }

  static void requireDiscardable(List<PageRun> pages, long largePageByteSize) {
    requireCommitted(pages);
    for (PageRun run : pages) {
      if (run.use() == PageUse.EXECUTABLE_VIEW) {
        throw new IllegalArgumentException(
            run + " is the executable view of memory with two: discard it by the writable one");
      }
    }
    if (largePageByteSize > 0) {
      throw new UnsupportedOperationException("Windows takes back large pages as a whole only");
    }
  }
}
