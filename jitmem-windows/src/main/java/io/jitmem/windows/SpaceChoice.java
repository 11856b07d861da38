package io.jitmem.windows;

import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import org.jspecify.annotations.Nullable;

/**
 * How this system reserves: by placeholders if they do what is needed of them when they are tried,
 * which is once. {@code chosen} is written without a lock: racing threads find the same, and their
 * reservations must be in the same books, so the candidates are made before.
 */
final class SpaceChoice {
  private final MemoryCalls memory;
  private final PageProtections pages;
  private final SectionCalls views;
  private final ProcessCalls process;
  private final WindowsSystem system;
  private final PlaceholderSpace placeholders;
  private volatile @Nullable ReservedSpace chosen;

  SpaceChoice(
      MemoryCalls memory,
      PageProtections pages,
      SectionCalls views,
      ProcessCalls process,
      WindowsSystem system,
      PlaceholderSpace placeholders) {
    this.memory = memory;
    this.pages = pages;
    this.views = views;
    this.process = process;
    this.system = system;
    this.placeholders = placeholders;
  }

  ReservedSpace space() {
    ReservedSpace known = chosen;
    if (known == null) {
      known = choose();
      chosen = known;
    }
    return known;
  }

  private ReservedSpace choose() {
    if (!memory.hasVirtualAlloc2() || !views.hasMapViewOfFile3()) {
      return plain("this system has no VirtualAlloc2 and MapViewOfFile3 (before Windows 10 1803)");
    }
    try {
      tryPlaceholders();
      return placeholders;
    } catch (VirtMemException refused) {
      return plain("placeholders do not work here: " + refused.getMessage());
    }
  }

  private ReservedSpace plain(String reason) {
    return new PlainSpace(memory, pages, process, reason);
  }

  /** A page of private memory and two views of one, where 64 KiB would not be apart. */
  private void tryPlaceholders() {
    long page = system.info().pageByteSize();
    long byteSize = 4 * page;
    long reserved = placeholders.anywhere(byteSize);
    try {
      placeholders.commit(reserved, page, Protection.RW);
      placeholders.commitDual(reserved + page, reserved + 2 * page, page, false);
      placeholders.decommit(reserved, byteSize);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> placeholders.release(reserved, byteSize));
      throw failure;
    }
    placeholders.release(reserved, byteSize);
  }
}
