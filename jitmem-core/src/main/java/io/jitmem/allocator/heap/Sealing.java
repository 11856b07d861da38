package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.ClaimedPages;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.allocator.block.PageClaim;
import io.jitmem.allocator.block.SpanFactory;
import io.jitmem.virtmem.Protection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pages that one writer writes and then makes executable, all at once: one call of the system
 * for each run of neighbouring pages. As long as they are not sealed nobody else may write them, so
 * that no thread loses the write access under its feet; and once they are, nobody may.
 *
 * <p>One thread at a time. Claims are guarded by the locks of their blocks' stripes.
 */
public final class Sealing {
  /** Pages of a block that are to be executable. */
  private record Pages(Block block, GranuleRun run) {
    boolean endsAt(Pages other) {
      return block == other.block && run.end() == other.run.first();
    }

    Pages and(Pages next) {
      return new Pages(block, new GranuleRun(run.first(), run.count() + next.run.count()));
    }
  }

  private final Heap heap;
  private final List<PageClaim> claims = new ArrayList<>();

  /** By pool the claim that the next span is cut out of, if there is one. */
  private final @Nullable PageClaim[] current;

  /** A writer of nothing yet. */
  public Sealing(Heap heap) {
    this.heap = heap;
    current = new PageClaim[heap.poolCount()];
  }

  /** Cuts a span out of pages that are being written, or returns null if they have no room. */
  public <S> @Nullable S allocate(long byteSize, SpanFactory<S> factory) {
    PageClaim claim = current[heap.poolOf(byteSize)];
    if (claim == null) {
      return null;
    }
    Block block = claim.block();
    Stripe stripe = Stripe.of(block);
    stripe.lock();
    try {
      stripe.requireOpen();
      return pages(block).cut(claim, block.pool().granuleCount(byteSize), factory);
    } finally {
      stripe.unlock();
    }
  }

  /** Makes the pages of a live span the ones that the next spans of its pool are cut out of. */
  public void adopt(Block block, int first, long byteSize) {
    join(block, first);
    if (!block.pool().isHeadroom()) {
      current[heap.poolOf(byteSize)] = pages(block).of(first);
    }
  }

  /**
   * Takes the pages of a live span, to be written; called with the lock.
   *
   * @return whether they were not among these pages before
   * @throws IllegalStateException if they are sealed, or somebody else writes them
   */
  public boolean join(Block block, int first) {
    PageClaim claim = pages(block).of(first);
    boolean isNew = pages(block).join(claim, this);
    if (isNew) {
      claims.add(claim);
    }
    return isNew;
  }

  /** Undoes a {@link #join} that was new; called with the lock. */
  public void leave(Block block, int first) {
    PageClaim claim = pages(block).of(first);
    claims.remove(claim);
    pages(block).leave(claim);
  }

  /**
   * Makes the pages executable, for as long as a span on them lives. When the system refuses, none
   * of their spans can be written any more, and none is to be executed.
   */
  public void seal() {
    List<PageClaim> mine = new ArrayList<>();
    List<Pages> pages = start(mine);
    claims.clear();
    Arrays.fill(current, null);
    RuntimeException refusal = null;
    try {
      pages.forEach(each ->
          heap.virtMem().protect(each.block.rx(each.run.first(), each.run.count()), Protection.RX));
    } catch (RuntimeException refused) {
      refusal = refused;
    }
    refusal = finish(end(mine, refusal == null), refusal);
    if (refusal != null) {
      throw refusal;
    }
  }

  /**
   * Pins the blocks of all claims but those whose block is gone, and finds out which pages have
   * spans, neighbours in one piece.
   */
  private List<Pages> start(List<PageClaim> pinned) {
    List<Pages> all = new ArrayList<>();
    for (PageClaim claim : claims) {
      Block block = claim.block();
      Stripe stripe = Stripe.of(block);
      stripe.lock();
      try {
        if (!block.isDiscarded()) {
          block.pin();
          pinned.add(claim);
          pages(block).toSeal(claim).forEach(run -> all.add(new Pages(block, run)));
        }
      } finally {
        stripe.unlock();
      }
    }
    return merged(all);
  }

  private static List<Pages> merged(List<Pages> all) {
    all.sort(Comparator.comparingLong(each -> each.block.address(each.run.first())));
    List<Pages> merged = new ArrayList<>();
    for (Pages each : all) {
      if (!merged.isEmpty() && merged.getLast().endsAt(each)) {
        merged.set(merged.size() - 1, merged.getLast().and(each));
      } else {
        merged.add(each);
      }
    }
    return merged;
  }

  private static List<Leftover> end(List<PageClaim> claims, boolean sealed) {
    List<Leftover> leftovers = new ArrayList<>();
    for (PageClaim claim : claims) {
      Block block = claim.block();
      Stripe stripe = Stripe.of(block);
      stripe.lock();
      try {
        for (GranuleRun unused : pages(block).end(claim, sealed)) {
          add(leftovers, Disposal.held(block, unused));
        }
        add(leftovers, Heap.unpin(block));
      } finally {
        stripe.unlock();
      }
    }
    return leftovers;
  }

  private static void add(List<Leftover> leftovers, @Nullable Leftover leftover) {
    if (leftover != null) {
      leftovers.add(leftover);
    }
  }

  private @Nullable RuntimeException finish(
      List<Leftover> leftovers, @Nullable RuntimeException before) {
    RuntimeException refusal = before;
    for (Leftover each : leftovers) {
      try {
        heap.finish(each);
      } catch (RuntimeException refused) {
        if (refusal == null) {
          refusal = refused;
        } else {
          refusal.addSuppressed(refused);
        }
      }
    }
    return refusal;
  }

  private static ClaimedPages pages(Block block) {
    ClaimedPages pages = block.claimed();
    if (pages == null) {
      throw new IllegalStateException("the block is not to be sealed");
    }
    return pages;
  }
}
