package io.jitmem.allocator.block;

import org.jspecify.annotations.Nullable;

/**
 * Neighbouring pages of a sealed block that are written together, by one writer, and then made
 * executable together. What happens to it is done by {@link ClaimedPages}; guarded by the block's
 * owner.
 */
public final class PageClaim {
  /** How far it has come. */
  enum State {
    /** Its pages are writable. */
    OPEN,
    /** Its pages are executable and stay so as long as a span on them lives. */
    SEALED,
    /** The system has refused that. What its pages allow is not known. */
    FAILED
  }

  private final Block block;
  final int first;

  /** Whether no span was there before. */
  boolean untouched;

  /** The granule behind the last page. */
  int end;

  /** No span was given this granule, nor any behind it. */
  int next;

  State state = State.OPEN;

  /** Who may write, or null as long as nobody has come. */
  @Nullable Object writer;

  PageClaim(Block block, int first, int end, boolean untouched) {
    this.block = block;
    this.first = first;
    this.end = end;
    this.untouched = untouched;
    next = first;
  }

  /** The block that the pages are in. */
  public Block block() {
    return block;
  }

  boolean isOpen() {
    return state == State.OPEN;
  }
}
