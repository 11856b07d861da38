package io.jitmem.allocator.heap;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the blocks of a heap may take: a part that every request may use, and a headroom
 * that only those may use which must succeed. Thread-safe.
 */
public final class Budget {
  /** No limit. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private final long headroom;
  private final AtomicLong ordinaryTaken = new AtomicLong();
  private final AtomicLong headroomTaken = new AtomicLong();
  private volatile long limit;

  /** A budget of a number of bytes, of which some are headroom. */
  public Budget(long limit, long headroom) {
    this.limit = limit;
    this.headroom = headroom;
  }

  /** Whether there is a limit. */
  boolean isLimited() {
    return limit != UNLIMITED;
  }

  /** All the bytes that blocks may take. */
  public long limit() {
    return limit;
  }

  /** The bytes that only requests may use which must succeed. */
  public long headroom() {
    return headroom;
  }

  /** The bytes that every request may use. */
  public long ordinary() {
    return limit == UNLIMITED ? UNLIMITED : Math.max(0, limit - headroom);
  }

  /** Takes note that there is less to be had than was asked for. */
  void lowerTo(long found) {
    limit = Math.min(limit, found);
  }

  /** Whether more was taken of what every request may use than there turned out to be. */
  boolean isOverdrawn() {
    return ordinaryTaken.get() > ordinary();
  }

  /**
   * Takes the bytes that are wanted or, if there are not so many left, what is left.
   *
   * @return how many were taken, or 0 if fewer than {@code least} are left
   */
  long take(long least, long wanted, boolean fromHeadroom) {
    AtomicLong taken = fromHeadroom ? headroomTaken : ordinaryTaken;
    long most = fromHeadroom ? headroom : ordinary();
    while (true) {
      long before = taken.get();
      long granted = Math.min(wanted, most - before);
      if (granted < least) {
        return 0;
      }
      if (taken.compareAndSet(before, before + granted)) {
        return granted;
      }
    }
  }

  /** Gives bytes back. */
  void giveBack(long byteSize, boolean toHeadroom) {
    (toHeadroom ? headroomTaken : ordinaryTaken).addAndGet(-byteSize);
  }
}
