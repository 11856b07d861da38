package io.jitmem.windows;

import io.jitmem.mapped.MappedMemory;
import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.virtmem.Protection;
import java.util.List;

/** What is mapped, by the calls that take it back: each kind has its own. */
final class WindowsMemory implements MappedMemory {
  private final MemoryCalls memory;
  private final PageProtections pages;
  private final SectionCalls views;
  private final SpaceChoice reserved;

  WindowsMemory(
      MemoryCalls memory, PageProtections pages, SectionCalls views, SpaceChoice reserved) {
    this.memory = memory;
    this.pages = pages;
    this.views = views;
    this.reserved = reserved;
  }

  @Override
  public void unmap(long address, long byteSize, PageUse use) {
    if (use == PageUse.RESERVED) {
      reserved.space().release(address, byteSize);
    } else if (use.isView()) {
      views.unmapView(address);
    } else {
      memory.virtualFree(address, 0, WindowsAbi.MEM_RELEASE);
    }
  }

  @Override
  public void commit(long address, long byteSize, Protection protection) {
    reserved.space().commit(address, byteSize, protection);
  }

  @Override
  public void reserve(long address, long byteSize) {
    reserved.space().decommit(address, byteSize);
  }

  /** Changes what may be done with committed pages of private memory. */
  void protect(List<PageRun> runs, boolean inReservation, Protection protection) {
    for (PageRun run : runs) {
      for (Reach part : parts(run, inReservation)) {
        pages.protect(part.from(), part.byteSize(), WindowsAbi.page(protection));
      }
    }
  }

  /** Commits what is not committed yet of the writable views among pages of a reservation. */
  void populate(List<PageRun> pages) {
    for (PageRun run : pages) {
      if (run.use() == PageUse.WRITABLE_VIEW) {
        reserved.space().populate(run.address(), run.byteSize());
      }
    }
  }

  /** A run, cut where calls on memory must not go across. */
  List<Reach> parts(PageRun run, boolean inReservation) {
    return inReservation
        ? reserved.space().parts(run.address(), run.byteSize())
        : List.of(new Reach(run.address(), run.address() + run.byteSize()));
  }
}
