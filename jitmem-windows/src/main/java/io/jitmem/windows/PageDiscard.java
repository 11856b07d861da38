package io.jitmem.windows;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/**
 * Gives the memory behind pages back while they stay what they are. Private pages are decommitted
 * and committed again. Pages of a section cannot be decommitted: they are filled with zeros and
 * then reset, so that Windows need not keep them, and whether it does or not they are zeros.
 *
 * <p>Between the two calls somebody else may take the last of what the system has to promise. The
 * pages have no memory then, as the exception says, and {@link #heal} gives them some before they
 * are used again.
 */
final class PageDiscard {
  private final WindowsBinder binder;
  private final MemoryCalls memory;
  private final PageProtections protections;
  private final WindowsMemory mapped;

  /** Pages that have lost their memory, by their start. */
  private final Map<Long, MemoryCalls.Region> lost = new ConcurrentSkipListMap<>();

  PageDiscard(
      WindowsBinder binder, MemoryCalls memory, PageProtections protections, WindowsMemory mapped) {
    this.binder = binder;
    this.memory = memory;
    this.protections = protections;
    this.mapped = mapped;
  }

  void discard(List<PageRun> pages, boolean inReservation) {
    heal(pages);
    for (PageRun run : pages) {
      for (Reach part : mapped.parts(run, inReservation)) {
        forEachRegion(part, run.use() == PageUse.WRITABLE_VIEW ? this::reset : this::renew);
      }
    }
  }

  private void forEachRegion(Reach part, Consumer<MemoryCalls.Region> action) {
    for (long at = part.from(); at < part.to(); ) {
      MemoryCalls.Region found = memory.virtualQuery(at);
      long end = Math.min(found.end(), part.to());
      action.accept(new MemoryCalls.Region(at, end - at, found.state(), found.protect()));
      at = end;
    }
  }

  /** Pages of a view that are not committed yet have nothing to give back. */
  private void reset(MemoryCalls.Region view) {
    if (view.state() == WindowsAbi.MEM_COMMIT) {
      binder.segment(view.start(), view.byteSize(), Arena.global()).fill((byte) 0);
      memory.virtualAlloc(
          view.start(), view.byteSize(), WindowsAbi.MEM_RESET, WindowsAbi.PAGE_READWRITE);
    }
  }

  private void renew(MemoryCalls.Region region) {
    memory.virtualFree(region.start(), region.byteSize(), WindowsAbi.MEM_DECOMMIT);
    lost.put(region.start(), region);
    commit(region);
  }

  private void commit(MemoryCalls.Region region) {
    protections.allocate(
        region.start(), region.byteSize(), WindowsAbi.MEM_COMMIT, region.protect());
    lost.remove(region.start());
  }

  /** Puts memory behind pages that have lost theirs. */
  void heal(List<PageRun> pages) {
    if (lost.isEmpty()) {
      return;
    }
    for (PageRun run : pages) {
      long end = run.address() + run.byteSize();
      for (MemoryCalls.Region region : List.copyOf(lost.values())) {
        if (region.start() < end && run.address() < region.end()) {
          commit(region);
        }
      }
    }
  }

  /**
   * Forgets pages that an action takes away, before their place can be somebody else's; remembers
   * them if it fails.
   */
  void forgetting(long address, long byteSize, Runnable action) {
    List<MemoryCalls.Region> gone =
        lost.values().stream()
            .filter(region -> region.start() >= address && region.start() < address + byteSize)
            .toList();
    gone.forEach(region -> lost.remove(region.start()));
    try {
      action.run();
    } catch (RuntimeException kept) {
      gone.forEach(region -> lost.put(region.start(), region));
      throw kept;
    }
  }
}
