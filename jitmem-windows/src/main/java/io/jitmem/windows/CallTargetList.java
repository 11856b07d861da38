package io.jitmem.windows;

import io.jitmem.mapped.Reservations;
import java.lang.foreign.MemorySegment;

/**
 * The list of places where calls may enter a backend's memory, if it keeps one. {@code
 * viewsAreListable} is found out on first use and written without a lock: racing threads find the
 * same.
 */
final class CallTargetList {
  private final boolean kept;
  private final CallTargets places;
  private final Reservations reservations;
  private final Sections sections;
  private final WindowsSystem system;
  private volatile boolean viewsAreListable;

  CallTargetList(
      boolean kept,
      CallTargets places,
      Reservations reservations,
      Sections sections,
      WindowsSystem system) {
    this.kept = kept;
    this.places = places;
    this.reservations = reservations;
    this.sections = sections;
    this.system = system;
  }

  boolean isKept() {
    return kept;
  }

  void add(MemorySegment code, long... offsets) {
    requireKept();
    CallTargets.requirePlaces(code, offsets);
    withExecutable(code, () -> places.add(code.address(), offsets));
  }

  void clear(MemorySegment code) {
    requireKept();
    CallTargets.requirePlaces(code);
    withExecutable(code, () -> places.clear(code.address(), code.byteSize()));
  }

  private void requireKept() {
    if (!kept) {
      throw new UnsupportedOperationException(
          "this backend lists no places for calls: guardingBranches() answers one that does, if"
              + " there is one");
    }
  }

  private void withExecutable(MemorySegment code, Runnable action) {
    reservations.withPages(
        code,
        runs -> {
          Requests.requireNoWritableView(runs);
          action.run();
        });
  }

  /**
   * Makes sure that places in views can be listed, if they are to be. Whether Windows keeps a list
   * for views is not documented, so it is tried; once is enough.
   */
  void requireViews() {
    if (kept && !viewsAreListable) {
      sections.requireListable(system.info().pageByteSize(), places);
      viewsAreListable = true;
    }
  }
}
