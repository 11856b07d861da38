package io.jitmem.windows;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.VirtMemException;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * The same memory at two addresses: two views of a section of the paging file. The section reserves
 * its memory, which is then committed through its views; its handle is closed at once, since the
 * views keep it alive.
 *
 * <p>Committed pages of a section cannot be decommitted. They are given back with the last view.
 */
final class Sections {
  private final MemoryCalls memory;
  private final PageProtections pages;
  private final SectionCalls calls;

  Sections(MemoryCalls memory, PageProtections pages, SectionCalls calls) {
    this.memory = memory;
    this.pages = pages;
    this.calls = calls;
  }

  /** Maps two views where the system likes, of large pages if asked for. */
  ViewAddresses map(long byteSize, boolean largePages) {
    // Large pages cannot be committed later.
    int attributes =
        largePages ? WindowsAbi.SEC_COMMIT | WindowsAbi.SEC_LARGE_PAGES : WindowsAbi.SEC_RESERVE;
    return withSection(
        byteSize, attributes, section -> mapBoth(section, byteSize, largePages), this::unmap);
  }

  /**
   * Makes sure that places in views can be listed for calls.
   *
   * @throws UnsupportedOperationException with the reason why not
   */
  void requireListable(long byteSize, CallTargets targets) {
    ViewAddresses views = map(byteSize, false);
    try {
      targets.clear(views.rx(), byteSize);
      targets.add(views.rx(), 0);
    } catch (VirtMemException refused) {
      throw new UnsupportedOperationException(
          "places for calls cannot be listed in a view of a section: " + refused.getMessage(),
          refused);
    } finally {
      unmap(views);
    }
  }

  private ViewAddresses mapBoth(long section, long byteSize, boolean largePages) {
    int access = WindowsAbi.FILE_MAP_READ | (largePages ? WindowsAbi.FILE_MAP_LARGE_PAGES : 0);
    int executable = pages.access(access | WindowsAbi.FILE_MAP_EXECUTE);
    long rx = calls.mapView(section, executable, byteSize);
    try {
      long rw = calls.mapView(section, access | WindowsAbi.FILE_MAP_WRITE, byteSize);
      ViewAddresses views = new ViewAddresses(rx, rw);
      if (!largePages) {
        commitOrUnmap(views, byteSize);
      }
      return views;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.unmapView(rx));
      throw failure;
    }
  }

  private void commitOrUnmap(ViewAddresses views, long byteSize) {
    try {
      commit(views, byteSize);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.unmapView(views.rw()));
      throw failure;
    }
  }

  private void unmap(ViewAddresses views) {
    try {
      calls.unmapView(views.rx());
    } finally {
      calls.unmapView(views.rw());
    }
  }

  /** Commits the memory behind two views. The second call adds none: it is the same memory. */
  void commit(ViewAddresses views, long byteSize) {
    memory.virtualAlloc(
        views.rx(), byteSize, WindowsAbi.MEM_COMMIT, pages.ofView(WindowsAbi.PAGE_EXECUTE_READ));
    memory.virtualAlloc(views.rw(), byteSize, WindowsAbi.MEM_COMMIT, WindowsAbi.PAGE_READWRITE);
  }

  /** Makes a section and maps it; takes the views back if its handle cannot be closed. */
  ViewAddresses withSection(
      long byteSize,
      int attributes,
      LongFunction<ViewAddresses> map,
      Consumer<ViewAddresses> takeBack) {
    long section = calls.createSection(byteSize, attributes);
    ViewAddresses views = mapped(section, map);
    try {
      calls.closeHandle(section);
      return views;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> takeBack.accept(views));
      throw failure;
    }
  }

  private ViewAddresses mapped(long section, LongFunction<ViewAddresses> map) {
    try {
      return map.apply(section);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.closeHandle(section));
      throw failure;
    }
  }
}
