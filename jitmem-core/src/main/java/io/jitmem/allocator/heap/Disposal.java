package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.ClaimedPages;
import io.jitmem.allocator.block.GranuleRun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the memory of spans that end: without fill and quarantine it is free at once;
 * else it is held, filled without a lock, put into quarantine, and free when it comes out. Sealed
 * pages are held when the last span on them has ended, and made writable first. Where calls are
 * listed, memory is held until none may enter it. A block that is emptied is unmapped if its pool
 * has an empty one already, or is to have none.
 */
final class Disposal {
  private final BlockStore store;
  private final BlockTable table;
  private final @Nullable Fill fill;
  private final @Nullable CallTargets targets;
  private final @Nullable Listeners listeners;
  private final int keptBlocks;
  private final boolean quarantines;

  /** Becomes true before the first block that needs it is in a pool, under that pool's lock. */
  private boolean holds;

  Disposal(
      HeapOptions options,
      BlockStore store,
      BlockTable table,
      @Nullable Fill fill,
      @Nullable CallTargets targets) {
    this.store = store;
    this.table = table;
    this.fill = fill;
    this.targets = targets;
    listeners = options.listeners();
    quarantines = options.quarantineByteSize() > 0;
    holds = fill != null || quarantines || listeners != null || targets != null;
    keptBlocks = options.keptBlocks();
  }

  /** Memory is held in any case from now on: blocks are sealed. */
  void holdAll() {
    holds = true;
  }

  /** Ends a span; called with the lock. */
  @Nullable Leftover end(Block block, int first, int count) {
    if (holds) {
      ClaimedPages pages = block.claimed();
      if (tells(pages)) {
        return released(block, pages == null ? block.hold(first) : pages.withdraw(first), false);
      }
      return held(block, pages == null ? block.hold(first) : pages.release(first));
    }
    block.free(first, count);
    return isSurplus(block) && drop(block) ? new Leftover.Surplus(block) : null;
  }

  /** Ends the end of a span; called with the lock. */
  @Nullable Leftover endRest(Block block, int first, int newCount) {
    if (newCount == block.countAt(first)) {
      return null;
    }
    if (holds) {
      ClaimedPages pages = block.claimed();
      if (tells(pages)) {
        GranuleRun end =
            pages == null ? block.holdEnd(first, newCount) : pages.withdrawEnd(first, newCount);
        return released(block, end, true);
      }
      return held(
          block, pages == null ? block.holdEnd(first, newCount) : pages.shrink(first, newCount));
    }
    block.shrink(first, newCount);
    return null;
  }

  /**
   * Whether something is to be done about the end of a span before that of its pages. Memory that
   * is not shared with live spans is held as a whole, and calls are kept out of it then.
   */
  private boolean tells(@Nullable ClaimedPages shared) {
    return listeners != null || (targets != null && shared != null);
  }

  private static Leftover released(Block block, GranuleRun run, boolean rest) {
    block.pin();
    return new Leftover.Released(block, run, rest);
  }

  /** What is held of a block is to be finished; called with the lock. */
  static @Nullable Leftover held(Block block, @Nullable GranuleRun run) {
    if (run == null) {
      return null;
    }
    block.pin();
    return new Leftover.Held(block, run);
  }

  /** Does what is left to do; called without a lock. */
  void finish(Leftover leftover) {
    switch (leftover) {
      case Leftover.Surplus surplus -> store.unmap(List.of(surplus.block()));
      case Leftover.Held held -> finish(held);
      case Leftover.Released released -> finish(released);
    }
  }

  /** The memory is withheld until all listeners have returned, so nothing else is there yet. */
  private void finish(Leftover.Released released) {
    Attempts attempts = new Attempts();
    attempts.make(() -> tell(released));
    attempts.make(() -> goOn(released));
    attempts.requireSuccess();
  }

  private void tell(Leftover.Released released) {
    if (listeners != null) {
      listeners.released(released.block(), released.run());
    }
    if (targets != null && released.block().claimed() != null) {
      targets.clear(released.block(), released.run());
    }
  }

  private void goOn(Leftover.Released released) {
    Leftover next =
        released.block().claimed() == null
            ? new Leftover.Held(released.block(), released.run())
            : leavePages(Stripe.of(released.block()), released);
    if (next != null) {
      finish(next);
    }
  }

  /** The block stays pinned for the pages that are held now. */
  private static @Nullable Leftover leavePages(Stripe stripe, Leftover.Released released) {
    Block block = released.block();
    stripe.lock();
    try {
      ClaimedPages pages = block.claimed();
      GranuleRun unused =
          pages != null && block.isHeld(released.run())
              ? pages.leave(released.run(), released.rest())
              : null;
      return unused == null ? Heap.unpin(block) : new Leftover.Held(block, unused);
    } finally {
      stripe.unlock();
    }
  }

  /** A fill that fails has written all the same, so the memory goes its way. */
  private void finish(Leftover.Held held) {
    Block block = held.block();
    try {
      store.renew(block, held.run());
    } catch (RuntimeException refused) {
      Undo.after(refused, () -> store.unmap(park(Stripe.of(block), held)));
      throw refused;
    }
    try {
      if (fill != null) {
        fill.fill(block, held.run());
      }
    } finally {
      if (listeners != null && quarantines) {
        listeners.quarantined(block, held.run());
      }
      store.unmap(release(Stripe.of(block), held));
    }
  }

  /** What the system does not make as it was is tried again when nothing else is free. */
  private List<Block> park(Stripe stripe, Leftover.Held held) {
    stripe.lock();
    try {
      Block block = held.block();
      if (block.unpin()) {
        return List.of(block);
      }
      if (!block.isHeld(held.run())) {
        return List.of();
      }
      block.park(held.run());
      return isSurplus(block) && drop(block) ? List.of(block) : List.of();
    } finally {
      stripe.unlock();
    }
  }

  /** Puts memory into quarantine and frees what comes out; returns the blocks to be unmapped. */
  private List<Block> release(Stripe stripe, Leftover.Held held) {
    stripe.lock();
    try {
      Block block = held.block();
      if (block.unpin()) {
        return List.of(block);
      }
      stripe.quarantine().add(new Quarantine.Entry(block, held.run()));
      return leaveQuarantine(stripe.quarantine());
    } finally {
      stripe.unlock();
    }
  }

  private List<Block> leaveQuarantine(Quarantine quarantine) {
    List<Block> surplus = new ArrayList<>();
    Quarantine.Entry entry = quarantine.pollExcess();
    while (entry != null) {
      Block block = entry.block();
      // After a reset or the end of the heap there is nothing left to free.
      if (block.isHeld(entry.run())) {
        block.unhold(entry.run());
        if (isSurplus(block) && drop(block)) {
          surplus.add(block);
        }
      }
      entry = quarantine.pollExcess();
    }
    return surplus;
  }

  /** Whether a block is to be unmapped; called with the lock. */
  boolean isSurplus(Block block) {
    return block.isEmpty() && block.pool().emptyBlockCount() > keptBlocks;
  }

  /** Takes a block out of its pool, and tells whether nobody works on it; called with the lock. */
  boolean drop(Block block) {
    block.pool().remove(block);
    table.remove(block);
    return !block.isPinned();
  }
}
