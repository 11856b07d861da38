package io.jitmem.runtime.guard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls that are inside some code, refuses them once it is closed, and tells its owner
 * when the last one has left. Thread-safe; {@link #close()} waits for nobody.
 *
 * <p>Two threads that write one cache line at each call would run at a fraction of their speed, so
 * the count is the sum of <em>cells</em>, each on lines of its own. There is one until two threads
 * meet in it, which a failed compare-and-set shows; from then on there are as many as the machine
 * has use for, and a thread that meets another in one of them moves on ({@link HomeCells}).
 *
 * <p><b>Why no call is missed.</b> Were the closed mark a field beside the counts, a caller would
 * have to add itself and then look at the mark, and the one who closes to set the mark and then
 * look at the counts; that is right only with a full fence in each. Here the mark is a bit of each
 * cell, so a single atomic update both counts a caller in and finds the code open. The updates of
 * one cell have one order, and in it the mark comes either before a caller's update, which then
 * fails, or after it, and then the caller is counted.
 *
 * <ul>
 *   <li>A marked cell only counts down. So it gets empty once: by the update that marks it, or by
 *       the last caller who leaves through it. Whoever empties a cell takes it off {@code
 *       busyCells}, and whoever takes off the last one is the only one to find 0.
 *   <li>A caller leaves through the cell by which it came, which it carries along: it may have
 *       moved on meanwhile, or the cells may have become many. A call that comes from inside
 *       another is counted by itself.
 *   <li>All that a caller did comes before its leaving, and all leavings before the last one is
 *       seen, since every step in between is an atomic update with the ordering of a volatile one.
 *       What the owner does then comes after all calls.
 *   <li>Cells are marked one after the other, and a caller who is refused by the first could tell
 *       another, whose cell is not marked yet. So a refusal waits until all are marked.
 * </ul>
 *
 * <p>{@code more} and {@code closed} are written under the monitor, {@code more} once; {@code
 * closed} is read under it, too.
 */
public final class CallGuard {
  /** Who owns the code. */
  public interface Owner {
    /** What a call gets that comes too late. */
    IllegalStateException refusal();

    /**
     * Nobody is inside any more and nobody will be. Called by the thread that left last, once; what
     * it throws is thrown by that thread's call.
     */
    void lastCallLeft();
  }

  /** In longs, two lines of 64 bytes, which some processors fetch together, or one of 128. */
  private static final int CELL_STRIDE = 16;

  private static final int FIRST_CELL = CELL_STRIDE;
  private static final int FIRST_OF_MORE = 2 * CELL_STRIDE;
  private static final long CLOSED = Long.MIN_VALUE;
  private static final long[] NONE = {};
  private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

  private final Owner owner;
  private final long[] first = new long[FIRST_CELL + CELL_STRIDE];
  private final AtomicInteger busyCells = new AtomicInteger();
  private volatile long[] more = NONE;
  private boolean closed;

  /** A guard of open code that nobody is in. */
  public CallGuard(Owner owner) {
    this.owner = owner;
  }

  /**
   * Counts a call in.
   *
   * @return the cell, for {@link #leave}
   * @throws IllegalStateException the owner's refusal, if the guard is closed
   */
  public int enter() {
    long[] many = more;
    long[] cells = many.length == 0 ? first : many;
    int cell = many.length == 0 ? FIRST_CELL : homeCell();
    long count = (long) CELL.getVolatile(cells, cell);
    return count >= 0 && CELL.compareAndSet(cells, cell, count, count + 1) ? cell : enterSlowly();
  }

  /** Counts a call out, by the cell that {@link #enter} returned to it. */
  public void leave(int cell) {
    if ((long) CELL.getAndAdd(cellsWith(cell), cell, -1L) == CLOSED + 1) {
      leaveEmpty();
    }
  }

  /**
   * Refuses calls from now on. When this returns, every later {@link #enter} of any thread is
   * refused.
   *
   * @return whether nobody is inside. By the first call: and so the owner will not be told.
   */
  public synchronized boolean close() {
    if (closed) {
      return busyCells.get() == 0;
    }
    closed = true;
    long[] many = more;
    // One more than there are, so that nobody finds 0 before all are marked.
    busyCells.set(2 + cellCount(many));
    mark(first, FIRST_CELL);
    for (int i = 0; i < cellCount(many); i++) {
      mark(many, FIRST_OF_MORE + i * CELL_STRIDE);
    }
    return busyCells.decrementAndGet() == 0;
  }

  /** The number of calls inside, when nobody comes or leaves. */
  public long callCount() {
    long[] many = more;
    long sum = (long) CELL.getVolatile(first, FIRST_CELL) & ~CLOSED;
    for (int i = 0; i < cellCount(many); i++) {
      sum += (long) CELL.getVolatile(many, FIRST_OF_MORE + i * CELL_STRIDE) & ~CLOSED;
    }
    return sum;
  }

  /** Whether threads have met in the first cell. */
  boolean isSpread() {
    return more.length > 0;
  }

  private int enterSlowly() {
    while (true) {
      long[] many = manyCells();
      int cell = homeCell();
      long count = (long) CELL.getVolatile(many, cell);
      if (count < 0) {
        throw refusal();
      }
      if (CELL.compareAndSet(many, cell, count, count + 1)) {
        return cell;
      }
      HomeCells.moveOn();
    }
  }

  /** Gives threads cells of their own. */
  void spread() {
    manyCells();
  }

  private synchronized long[] manyCells() {
    long[] many = more;
    if (many.length == 0) {
      if (closed) {
        throw owner.refusal();
      }
      many = new long[FIRST_OF_MORE + HomeCells.COUNT * CELL_STRIDE];
      more = many;
    }
    return many;
  }

  /** The monitor is free once all cells are marked. */
  private synchronized IllegalStateException refusal() {
    return owner.refusal();
  }

  private void mark(long[] cells, int cell) {
    if ((long) CELL.getAndBitwiseOr(cells, cell, CLOSED) == 0) {
      busyCells.decrementAndGet();
    }
  }

  private void leaveEmpty() {
    if (busyCells.decrementAndGet() == 0) {
      owner.lastCallLeft();
    }
  }

  /** Cells of the first array and of the other have different places. */
  private long[] cellsWith(int cell) {
    return cell == FIRST_CELL ? first : more;
  }

  private static int homeCell() {
    return FIRST_OF_MORE + HomeCells.ofThisThread() * CELL_STRIDE;
  }

  private static int cellCount(long[] many) {
    return many.length == 0 ? 0 : HomeCells.COUNT;
  }
}
