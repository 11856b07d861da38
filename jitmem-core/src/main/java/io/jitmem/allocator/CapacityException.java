package io.jitmem.allocator;

import java.io.Serial;

/**
 * The memory that an allocator was limited to, or its range of addresses, has no room for a
 * request. Nothing has changed, and the request may succeed after something was released.
 */
public final class CapacityException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * The figures of an allocator at the time of the refusal.
   *
   * @param limitBytes the bytes that its blocks may have, or the size of its range if that is less
   * @param headroomBytes the part of it that is kept for {@link Priority#MUST_SUCCEED}
   * @param reservedBytes the bytes that its blocks have
   * @param usedBytes the bytes of live spans
   * @param heldBytes the bytes that nobody can get at this moment: in quarantine, being filled, or
   *     left over on pages that are sealed
   */
  public record Figures(
      long limitBytes, long headroomBytes, long reservedBytes, long usedBytes, long heldBytes)
      implements java.io.Serializable {}

  /** The size of the span that was refused. */
  private final long requestedBytes;

  /** The allocator's figures. */
  private final Figures figures;

  /** A refusal of a span of so many bytes. */
  CapacityException(long requestedBytes, Priority priority, Figures figures, Throwable cause) {
    super(text(requestedBytes, priority, figures), cause);
    this.requestedBytes = requestedBytes;
    this.figures = figures;
  }

  /** As a type that is loaded anyway: who may refuse does not load this class before he does. */
  static RuntimeException of(
      long requestedBytes, Priority priority, Figures figures, Throwable cause) {
    return new CapacityException(requestedBytes, priority, figures, cause);
  }

  private static String text(long requestedBytes, Priority priority, Figures figures) {
    String kept =
        figures.headroomBytes() == 0
            ? ""
            : ", of which %d are kept for %s"
                .formatted(figures.headroomBytes(), Priority.MUST_SUCCEED);
    return ("no room for a span of %d bytes (%s): the allocator may have %d bytes%s; its blocks have %d,"
            + " of which spans use %d and %d are held back")
        .formatted(
            requestedBytes,
            priority,
            figures.limitBytes(),
            kept,
            figures.reservedBytes(),
            figures.usedBytes(),
            figures.heldBytes());
  }

  /**
   * The size of the span that was refused.
   *
   * @return a size in bytes
   */
  public long requestedBytes() {
    return requestedBytes;
  }

  /**
   * The allocator's figures when it refused.
   *
   * @return the figures
   */
  public Figures figures() {
    return figures;
  }
}
