package io.jitmem.windows;

import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.VirtMemException;

/**
 * How pages get their protections. Usually as asked for: then calls may enter executable pages
 * anywhere. Where call targets are listed, all pages are executable at first, since Windows keeps a
 * list for such memory only, and are on it nowhere; a later change leaves the list as it is.
 */
final class PageProtections {
  private final MemoryCalls memory;
  private final boolean listing;

  PageProtections(MemoryCalls memory, boolean listing) {
    this.memory = memory;
    this.listing = listing;
  }

  /** Allocates or commits memory by {@code VirtualAlloc}. */
  long allocate(long address, long byteSize, int type, int page) {
    long allocated = memory.virtualAlloc(address, byteSize, type, first(page));
    boolean reserved = (type & WindowsAbi.MEM_RESERVE) != 0;
    settle(
        allocated,
        byteSize,
        page,
        () ->
            memory.virtualFree(
                allocated,
                reserved ? 0 : byteSize,
                reserved ? WindowsAbi.MEM_RELEASE : WindowsAbi.MEM_DECOMMIT));
    return allocated;
  }

  /** Puts private memory in the place of a placeholder. */
  void replacePlaceholder(long process, long address, long byteSize, int page) {
    int type = WindowsAbi.MEM_RESERVE | WindowsAbi.MEM_COMMIT | WindowsAbi.MEM_REPLACE_PLACEHOLDER;
    memory.virtualAlloc2(process, address, byteSize, type, first(page));
    int preserve = WindowsAbi.MEM_RELEASE | WindowsAbi.MEM_PRESERVE_PLACEHOLDER;
    settle(address, byteSize, page, () -> memory.virtualFree(address, byteSize, preserve));
  }

  private void settle(long address, long byteSize, int page, Runnable undo) {
    if (!listing || WindowsAbi.isExecutable(page)) {
      return;
    }
    try {
      memory.virtualProtect(address, byteSize, page);
    } catch (VirtMemException refused) {
      Undo.after(refused, undo);
      throw refused;
    }
  }

  /** Changes what may be done with committed pages. */
  void protect(long address, long byteSize, int page) {
    boolean keeping = listing && WindowsAbi.isExecutable(page);
    memory.virtualProtect(
        address, byteSize, keeping ? page | WindowsAbi.PAGE_TARGETS_NO_UPDATE : page);
  }

  /** The protection that private pages are made with. */
  private int first(int page) {
    if (!listing) {
      return page;
    }
    return (WindowsAbi.isExecutable(page) ? page : WindowsAbi.PAGE_EXECUTE_READ)
        | WindowsAbi.PAGE_TARGETS_INVALID;
  }

  /** The protection that pages of a view are mapped or committed with. */
  int ofView(int page) {
    return listing && WindowsAbi.isExecutable(page) ? page | WindowsAbi.PAGE_TARGETS_INVALID : page;
  }

  /** What a view is mapped for. */
  int access(int access) {
    return listing && (access & WindowsAbi.FILE_MAP_EXECUTE) != 0
        ? access | WindowsAbi.FILE_MAP_TARGETS_INVALID
        : access;
  }
}
