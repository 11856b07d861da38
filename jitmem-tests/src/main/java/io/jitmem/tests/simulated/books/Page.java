package io.jitmem.tests.simulated.books;

import io.jitmem.virtmem.Protection;

/**
 * What a run of mapped pages is. The places of its memory and of its other view are kept as
 * distances from its own addresses, so that a part of a run is described by the same value.
 *
 * @param use what it was mapped as
 * @param protection what may be done with it
 * @param maximum what it may be changed to at most
 * @param jit whether it is under the per-thread write switch
 * @param frameDistance from an address to the frame of memory behind it
 * @param twinDistance from an address to the same byte in the other view, or 0
 */
public record Page(
    Use use,
    Protection protection,
    Protection maximum,
    boolean jit,
    long frameDistance,
    long twinDistance) {
  /** What pages can be. */
  public enum Use {
    RESERVED("not committed"),
    PLAIN("memory"),
    EXECUTABLE_VIEW("an executable view"),
    WRITABLE_VIEW("a writable view");

    private final String text;

    Use(String text) {
      this.text = text;
    }

    /** In words, to follow "is". */
    public String text() {
      return text;
    }
  }

  /** Address space without memory. */
  public static final Page RESERVED =
      new Page(Use.RESERVED, Protection.NONE, Protection.RWX, false, 0, 0);

  public static Page plain(Protection protection, long frameDistance) {
    return new Page(Use.PLAIN, protection, Protection.RWX, false, frameDistance, 0);
  }

  public static Page executable(long frameDistance, long twinDistance) {
    return new Page(
        Use.EXECUTABLE_VIEW, Protection.RX, Protection.RX, false, frameDistance, twinDistance);
  }

  public static Page writable(long frameDistance, long twinDistance) {
    return new Page(
        Use.WRITABLE_VIEW, Protection.RW, Protection.RW, false, frameDistance, twinDistance);
  }

  public Page withProtection(Protection other) {
    return new Page(use, other, maximum, jit, frameDistance, twinDistance);
  }

  public Page withMaximum(Protection other) {
    return new Page(use, protection, other, jit, frameDistance, twinDistance);
  }

  public Page withJit() {
    return new Page(use, protection, maximum, true, frameDistance, twinDistance);
  }

  public boolean isView() {
    return use == Use.EXECUTABLE_VIEW || use == Use.WRITABLE_VIEW;
  }

  /** Whether memory is accounted to it: of two views, to the one to write. */
  public boolean hasMemory() {
    return use == Use.PLAIN || use == Use.WRITABLE_VIEW;
  }
}
