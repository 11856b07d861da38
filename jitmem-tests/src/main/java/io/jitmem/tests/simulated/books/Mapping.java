package io.jitmem.tests.simulated.books;

import io.jitmem.virtmem.MappingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What was mapped in one call.
 *
 * @param scope whose end is the end of the segments
 * @param first the only segment, or the executable view
 * @param second the writable view, or {@code first}
 * @param options what it was mapped with
 * @param kind what it was mapped as
 */
public record Mapping(
    Arena scope, MemorySegment first, MemorySegment second, MappingOptions options, Kind kind) {
  /** What can be mapped in one call. */
  public enum Kind {
    PLAIN("mapping"),
    DUAL("dual mapping"),
    RESERVATION("reservation");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  public boolean isReservation() {
    return kind == Kind.RESERVATION;
  }

  public boolean isDual() {
    return first.address() != second.address();
  }

  /** Ends the life of the segments, unless they are of the global scope. */
  public void end() {
    if (!scope.equals(Arena.global())) {
      scope.close();
    }
  }

  /**
   * Whether a segment is one of these or a part of one. The scope tells them from somebody else's
   * over the same addresses.
   */
  public boolean contains(MemorySegment segment) {
    return contains(first, segment) || contains(second, segment);
  }

  /** The segment that a part is of. */
  public MemorySegment view(MemorySegment part) {
    return contains(first, part) ? first : second;
  }

  private static boolean contains(MemorySegment view, MemorySegment segment) {
    long offset = segment.address() - view.address();
    return segment.scope().equals(view.scope())
        && offset >= 0
        && offset <= view.byteSize()
        && segment.byteSize() <= view.byteSize() - offset;
  }

  @Override
  public String toString() {
    return kind.text + " " + Text.of(first) + (isDual() ? " and " + Text.of(second) : "");
  }
}
