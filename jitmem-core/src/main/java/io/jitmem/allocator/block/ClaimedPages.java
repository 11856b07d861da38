package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.GranuleMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a sealed block are in use, and by whom. A page is in one of these states:
 *
 * <ul>
 *   <li><em>Free</em>: writable, and its granules are free. Free runs are whole pages.
 *   <li><em>Claimed, open</em>: writable. A {@link PageClaim} cuts it into spans; what belongs to
 *       none is withheld.
 *   <li><em>Claimed, sealed</em>: executable, with at least one span. What belongs to none is
 *       withheld. It is never made writable.
 *   <li><em>Held</em>: no span is left on it. Whoever has released the last one makes it writable,
 *       without the lock, and frees it.
 * </ul>
 *
 * <p>An open claim keeps its block, as a hold does. Guarded by the block's owner.
 */
public final class ClaimedPages {
  /** Makes whole pages that were placed a claim. */
  static final SpanFactory<PageClaim> CLAIMS = new Claims();

  private final Block block;
  private final GranuleMap map;
  private final int shift;

  /** By page its claim, or null if it is free or held. */
  private final @Nullable PageClaim[] claims;

  /** By page the number of spans that it is a part of. */
  private final int[] spans;

  /** How many spans ended that pages still count. */
  private int leaving;

  ClaimedPages(Block block, int pageGranules) {
    this.block = block;
    map = block.map;
    shift = Integer.numberOfTrailingZeros(pageGranules);
    claims = new PageClaim[map.granuleCount() >> shift];
    spans = new int[claims.length];
  }

  /** The bytes of the bookkeeping. */
  long overheadBytes() {
    return (long) claims.length * 2 * Integer.BYTES;
  }

  /** Makes a span that was just placed, of whole pages, an open claim without spans. */
  PageClaim open(int first, int count, boolean untouched) {
    int unit = 1 << shift;
    if (((first | count) & (unit - 1)) != 0) {
      throw new AssertionError(count + " granules from " + first + " are no pages of " + unit);
    }
    block.hold(first);
    PageClaim claim = new PageClaim(block, first, first + count, untouched);
    Arrays.fill(claims, first >> shift, (first + count) >> shift, claim);
    return claim;
  }

  /**
   * Cuts a span out of a claim, which takes the next pages too if it is too small and they are
   * free; null if that does not do.
   */
  public <S> @Nullable S cut(PageClaim claim, int count, SpanFactory<S> factory) {
    int first = claim.next;
    if (!claim.isOpen() || !isCurrent(claim) || !reach(claim, (long) first + count)) {
      return null;
    }
    claim.next = first + count;
    map.freeWithheld(first, count);
    map.occupyAt(first, count);
    for (int page = pageOf(first); page <= pageOf(first + count - 1); page++) {
      spans[page]++;
    }
    return block.placedInClaim(first, count, factory, claim.untouched);
  }

  /** Whether a claim was not ended by a reset, or by the end of the block. */
  private boolean isCurrent(PageClaim claim) {
    return !block.isDiscarded() && claims[pageOf(claim.first)] == claim;
  }

  private boolean reach(PageClaim claim, long end) {
    if (end <= claim.end) {
      return true;
    }
    int unit = 1 << shift;
    long newEnd = (end + unit - 1) & -unit;
    if (newEnd > map.granuleCount() || !isFree(claim.end, (int) newEnd)) {
      return false;
    }
    claim.untouched &= block.take(claim.end, (int) newEnd);
    Arrays.fill(claims, pageOf(claim.end), pageOf((int) newEnd), claim);
    claim.end = (int) newEnd;
    return true;
  }

  private boolean isFree(int from, int end) {
    return map.nextFree(from, end) == from && map.endOfRun(from, end) == end;
  }

  /** The claim that a live span is in. */
  public PageClaim of(int first) {
    PageClaim claim = claims[pageOf(first)];
    if (claim == null) {
      throw new IllegalStateException("no live span at granule " + first);
    }
    return claim;
  }

  /**
   * Lets somebody write a claim's spans, and nobody else.
   *
   * @return whether nobody was its writer before
   * @throws IllegalStateException if it is sealed, or somebody else is its writer
   */
  public boolean join(PageClaim claim, Object writer) {
    switch (claim.state) {
      case SEALED ->
          throw new IllegalStateException(
              "it was written before: its pages are executable now, and are not made writable while code on them may run; allocate a new span");
      case FAILED ->
          throw new IllegalStateException(
              "it could not be made executable when it was written: release it");
      case OPEN -> {}
    }
    if (claim.writer != null && !writer.equals(claim.writer)) {
      throw new IllegalStateException(
          "its pages are being written by another thread or write scope");
    }
    boolean isNew = claim.writer == null;
    claim.writer = writer;
    return isNew;
  }

  /** Undoes a {@link #join} after which nothing was written. */
  public void leave(PageClaim claim) {
    claim.writer = null;
  }

  /** The pages of a claim that have spans. */
  public List<GranuleRun> toSeal(PageClaim claim) {
    return isCurrent(claim) ? pagesOf(claim, true) : List.of();
  }

  /**
   * Ends the writing of a claim.
   *
   * @param sealed whether its pages with spans are executable now
   * @return its other pages, which are held now
   */
  public List<GranuleRun> end(PageClaim claim, boolean sealed) {
    if (!isCurrent(claim)) {
      return List.of();
    }
    List<GranuleRun> unused = pagesOf(claim, false);
    claim.state = sealed ? PageClaim.State.SEALED : PageClaim.State.FAILED;
    unused.forEach(this::hold);
    block.endHold();
    return unused;
  }

  private List<GranuleRun> pagesOf(PageClaim claim, boolean used) {
    List<GranuleRun> runs = new ArrayList<>();
    int last = pageOf(claim.end - 1);
    for (int page = pageOf(claim.first); page <= last; page++) {
      int from = page;
      while (page <= last && (spans[page] > 0) == used) {
        page++;
      }
      if (page > from) {
        runs.add(run(from, page));
      }
    }
    return runs;
  }

  /**
   * Ends a live span.
   *
   * @return the pages on which no span is left and which are held now, or null
   */
  public @Nullable GranuleRun release(int first) {
    PageClaim claim = of(first);
    int count = map.countAt(first);
    map.withhold(first, count);
    GranuleRun unused = leavePages(pageOf(first), pageOf(first + count - 1));
    if (isAbandoned(claim)) {
      unused = end(claim, false).getFirst();
    }
    block.ended(first);
    return unused;
  }

  /** Whether nobody has come to write the only span of a claim, which ends, so nobody will. */
  private static boolean isAbandoned(PageClaim claim) {
    return claim.isOpen() && claim.writer == null;
  }

  /** Ends a live span, which its pages count until {@link #leave}; returns where it was. */
  public GranuleRun withdraw(int first) {
    GranuleRun run = new GranuleRun(first, map.countAt(first));
    map.withhold(first, run.count());
    addLeaving();
    block.ended(first);
    return run;
  }

  /** Shrinks a live span, whose end its pages count until {@link #leave}; returns the end. */
  public GranuleRun withdrawEnd(int first, int newCount) {
    int count = map.countAt(first);
    map.withholdRest(first, count, newCount);
    addLeaving();
    return new GranuleRun(first + newCount, count - newCount);
  }

  private void addLeaving() {
    leaving++;
    block.addHold();
  }

  /**
   * Takes what was withdrawn out of its pages.
   *
   * @param rest whether it is the end of a span that lives on, perhaps on the first of its pages
   * @return the pages on which no span is left and which are held now, or null
   */
  public @Nullable GranuleRun leave(GranuleRun run, boolean rest) {
    int from = rest ? pageOf(run.first() - 1) + 1 : pageOf(run.first());
    GranuleRun unused = leavePages(from, pageOf(run.end() - 1));
    if (!rest) {
      PageClaim claim = claims[pageOf(run.first())];
      unused = claim != null && isAbandoned(claim) ? end(claim, false).getFirst() : unused;
    }
    leaving--;
    block.endHold();
    return unused;
  }

  /** Shrinks a live span; returns as {@link #release}. */
  public @Nullable GranuleRun shrink(int first, int newCount) {
    int count = map.countAt(first);
    map.withholdRest(first, count, newCount);
    return leavePages(pageOf(first + newCount - 1) + 1, pageOf(first + count - 1));
  }

  /** Only the outer pages can have other spans, so what is unused has no gap. */
  private @Nullable GranuleRun leavePages(int from, int last) {
    int unusedFrom = -1;
    int unusedTo = -1;
    for (int page = from; page <= last; page++) {
      spans[page]--;
      PageClaim claim = claims[page];
      if (spans[page] == 0 && claim != null && !claim.isOpen()) {
        unusedFrom = unusedFrom < 0 ? page : unusedFrom;
        unusedTo = page + 1;
      }
    }
    return unusedFrom < 0 ? null : hold(run(unusedFrom, unusedTo));
  }

  private GranuleRun hold(GranuleRun pages) {
    Arrays.fill(claims, pageOf(pages.first()), pageOf(pages.end()), null);
    block.addHold();
    return pages;
  }

  /** Makes every page free. */
  void clear() {
    Arrays.fill(claims, null);
    Arrays.fill(spans, 0);
    leaving = 0;
  }

  private int pageOf(int granule) {
    return granule >> shift;
  }

  private GranuleRun run(int fromPage, int toPage) {
    return new GranuleRun(fromPage << shift, (toPage - fromPage) << shift);
  }

  /** Checks what must hold; cost is linear in the granules. */
  void verify() {
    int[] found = new int[spans.length];
    for (int granule = 0; granule < map.granuleCount(); granule++) {
      int page = pageOf(granule);
      boolean startsHere = (granule & ((1 << shift) - 1)) == 0 || map.isStart(granule);
      found[page] += map.isUsed(granule) && startsHere ? 1 : 0;
      if (map.isFree(granule) && claims[page] != null) {
        throw new IllegalStateException("granule " + granule + " is free on a page in use");
      }
    }
    for (int page = 0; page < found.length; page++) {
      PageClaim claim = claims[page];
      boolean unused = claim != null && !claim.isOpen() && found[page] == 0;
      boolean miscounted = leaving == 0 && found[page] != spans[page];
      unused &= leaving == 0;
      if (miscounted || unused || (claim == null && found[page] > 0)) {
        throw new IllegalStateException(
            "page %d has %d spans, counted are %d".formatted(page, found[page], spans[page]));
      }
    }
  }

  private record Claims() implements SpanFactory<PageClaim> {
    @Override
    public PageClaim make(Block block, int first, int count, int birth, boolean untouched) {
      ClaimedPages pages = block.claimed();
      if (pages == null) {
        throw new AssertionError("pages are claimed in a block that is not sealed");
      }
      return pages.open(first, count, untouched);
    }
  }
}
