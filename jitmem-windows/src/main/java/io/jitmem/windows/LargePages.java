package io.jitmem.windows;

import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.VirtMemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Large pages: they need a privilege that the process's token must have and that must be enabled in
 * it, and memory of them is reserved and committed in one call. {@code sizes} is found out on first
 * use and written without a lock: racing threads find the same.
 */
final class LargePages {
  private static final String PRIVILEGE = "SeLockMemoryPrivilege";
  private static final int TYPE =
      WindowsAbi.MEM_RESERVE | WindowsAbi.MEM_COMMIT | WindowsAbi.MEM_LARGE_PAGES;

  private final MemoryCalls memory;
  private final PageProtections pages;
  private final SectionCalls handles;
  private final ProcessCalls process;
  private final WindowsSystem system;
  private volatile @Nullable List<Long> sizes;

  LargePages(
      MemoryCalls memory,
      PageProtections pages,
      SectionCalls handles,
      ProcessCalls process,
      WindowsSystem system) {
    this.memory = memory;
    this.pages = pages;
    this.handles = handles;
    this.process = process;
    this.system = system;
  }

  /** The sizes that this process can get: one, or none. */
  List<Long> sizes() {
    List<Long> known = sizes;
    if (known == null) {
      known = find();
      sizes = known;
    }
    return known;
  }

  private List<Long> find() {
    try {
      attempt();
      return List.of(system.largePageByteSize());
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return List.of();
    }
  }

  /**
   * Allocates a large page and gives it back.
   *
   * @throws UnsupportedOperationException if there are none
   * @throws VirtMemException if this process may have none, or none is free
   */
  void attempt() {
    long page = system.largePageByteSize();
    memory.virtualFree(allocate(page, page, WindowsAbi.PAGE_READWRITE), 0, WindowsAbi.MEM_RELEASE);
  }

  /** Allocates memory of large pages of a size. */
  long allocate(long byteSize, long pageByteSize, int page) {
    require(pageByteSize);
    return pages.allocate(0, byteSize, TYPE, page);
  }

  /** Makes sure that large pages of a size may be asked for. */
  void require(long pageByteSize) {
    long only = system.largePageByteSize();
    if (only == 0) {
      throw new UnsupportedOperationException(
          "this system has no large pages (GetLargePageMinimum answers 0)");
    }
    if (pageByteSize != only) {
      throw new UnsupportedOperationException(
          "large pages have " + only + " bytes here, not " + pageByteSize);
    }
    enablePrivilege();
  }

  private void enablePrivilege() {
    long token = process.openToken(WindowsAbi.TOKEN_ADJUST_PRIVILEGES | WindowsAbi.TOKEN_QUERY);
    try {
      process.enablePrivilege(token, PRIVILEGE);
    } catch (RuntimeException refused) {
      Undo.after(refused, () -> handles.closeHandle(token));
      throw refused;
    }
    handles.closeHandle(token);
  }
}
