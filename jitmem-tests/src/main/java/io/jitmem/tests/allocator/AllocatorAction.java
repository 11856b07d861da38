package io.jitmem.tests.allocator;

/**
 * One thing that a program does with an allocator. A list of them is a program; it prints as one,
 * and can be written down by hand to be run again.
 *
 * @param kind what is done
 * @param at which span it is done to: the live ones, or for {@link Kind#RELEASE_AGAIN} the released
 *     ones, are counted, and this is taken modulo their number; at least 0. Nothing is done if
 *     there is none.
 * @param size what {@code kind} says
 */
public record AllocatorAction(Kind kind, int at, long size) {
  /** What an action does. */
  public enum Kind {
    /** Allocates {@code size} bytes and writes them. */
    ALLOCATE,
    /** The same with {@link io.jitmem.allocator.Priority#MUST_SUCCEED}. */
    ALLOCATE_URGENTLY,
    /** Asks for a size that no span has, above or below the limits; refused. */
    ALLOCATE_IMPOSSIBLE,
    /** Releases a span. */
    RELEASE,
    /** Releases a span by its address. */
    RELEASE_ADDRESS,
    /** Uses a released span, and releases its address if nothing has taken its place; refused. */
    RELEASE_AGAIN,
    /** Releases an address inside a span, {@code size} bytes from its start; refused. */
    RELEASE_INSIDE,
    /** Releases a span of another allocator, and its address; refused. */
    RELEASE_FOREIGN,
    /** Shrinks a span to {@code size} bytes, modulo its size; to none is to release it. */
    SHRINK,
    /** Shrinks a span to more than it has, or less than none; refused. */
    GROW,
    /** Looks for a span by each of its bytes, or by some thousand of them if it is large. */
    QUERY,
    /** Looks for bytes that were released and not taken since; nothing is found. */
    QUERY_FREED,
    /** Overwrites the whole of a span with bytes. */
    WRITE,
    /** Overwrites a part of a span with a segment, {@code size} bytes from its start. */
    WRITE_PART,
    /** Reads a span through its writable view and overwrites it there. */
    WRITE_IN_PLACE,
    /** Writes one byte too many; refused, and nothing is written. */
    WRITE_PAST,
    /** Writes several spans in one write scope, during which none can be released. */
    WRITE_SCOPE,
    /** Gives back what no span needs. */
    TRIM,
    /** Releases all spans at once, and keeps blocks unless {@code size} is odd. */
    RESET
  }

  /**
   * An action.
   *
   * @throws IllegalArgumentException if {@code at} is negative
   */
  public AllocatorAction {
    if (at < 0) {
      throw new IllegalArgumentException("spans are counted from 0, not " + at);
    }
  }

  @Override
  public String toString() {
    return kind + "(" + at + ", " + size + ")";
  }
}
