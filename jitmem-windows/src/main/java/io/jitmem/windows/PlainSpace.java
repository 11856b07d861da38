package io.jitmem.windows;

import io.jitmem.virtmem.Protection;
import java.util.List;

/** Reservations as every Windows has them: views cannot be mapped into them. */
final class PlainSpace implements ReservedSpace {
  private final MemoryCalls memory;
  private final PageProtections pages;
  private final ProcessCalls process;
  private final String noPlaceholders;

  /** Reservations of a system that has nothing better, for a reason. */
  PlainSpace(
      MemoryCalls memory, PageProtections pages, ProcessCalls process, String noPlaceholders) {
    this.memory = memory;
    this.pages = pages;
    this.process = process;
    this.noPlaceholders = noPlaceholders;
  }

  /** Why there is nothing better. */
  String reason() {
    return noPlaceholders;
  }

  @Override
  public long anywhere(long byteSize) {
    return at(0, byteSize);
  }

  @Override
  public long within(Reach reach, long byteSize) {
    return memory.virtualAlloc2Within(
        process.currentProcess(), reach, byteSize, WindowsAbi.MEM_RESERVE);
  }

  @Override
  public long at(long address, long byteSize) {
    return memory.virtualAlloc(address, byteSize, WindowsAbi.MEM_RESERVE, WindowsAbi.PAGE_NOACCESS);
  }

  @Override
  public void commit(long address, long byteSize, Protection protection) {
    pages.allocate(address, byteSize, WindowsAbi.MEM_COMMIT, WindowsAbi.page(protection));
  }

  @Override
  public void decommit(long address, long byteSize) {
    memory.virtualFree(address, byteSize, WindowsAbi.MEM_DECOMMIT);
  }

  @Override
  public void commitDual(long rx, long rw, long byteSize, boolean later) {
    throw new UnsupportedOperationException(
        "two views cannot be mapped into reservations here: " + noPlaceholders);
  }

  /** There are no views to populate. */
  @Override
  public void populate(long address, long byteSize) {}

  @Override
  public List<Reach> parts(long address, long byteSize) {
    return List.of(new Reach(address, address + byteSize));
  }

  @Override
  public void release(long address, long byteSize) {
    memory.virtualFree(address, 0, WindowsAbi.MEM_RELEASE);
  }
}
