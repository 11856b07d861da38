package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of all spans of a heap at once, by a reset or since the heap itself ends. */
record HeapEnd(
    Stripes stripes,
    Disposal disposal,
    BlockStore store,
    @Nullable Fill fill,
    @Nullable Listeners listeners) {
  /**
   * Frees all spans; nobody uses the heap meanwhile. One block a pool stays, unless {@code hard}.
   */
  void reset(boolean hard) {
    tellOfReset();
    List<Block> surplus = new ArrayList<>();
    List<Block> kept = new ArrayList<>();
    for (Stripe stripe : stripes) {
      kept.addAll(reset(stripe, hard, surplus));
    }
    // Each, since a block that stays must be as it was before the first span in it.
    Attempts attempts = new Attempts();
    kept.forEach(block -> attempts.make(() -> renew(block, surplus)));
    attempts.make(() -> store.unmap(surplus));
    attempts.requireSuccess();
  }

  /** Closes all stripes; returns the blocks that nobody works on, to be unmapped. */
  List<Block> closeStripes() {
    tellOfReset();
    List<Block> all = new ArrayList<>();
    for (Stripe stripe : stripes) {
      stripe.lock();
      try {
        stripe.close();
        stripe.quarantine().clear();
        stripe.blocks().forEach(block -> drop(block, all));
      } finally {
        stripe.unlock();
      }
    }
    return all;
  }

  /** Before any block is free or unmapped. */
  private void tellOfReset() {
    if (listeners == null) {
      return;
    }
    for (Stripe stripe : stripes) {
      List<Block> blocks;
      stripe.lock();
      try {
        blocks = List.copyOf(stripe.blocks());
      } finally {
        stripe.unlock();
      }
      blocks.forEach(listeners::reset);
    }
  }

  private List<Block> reset(Stripe stripe, boolean hard, List<Block> surplus) {
    List<Block> kept = new ArrayList<>();
    stripe.lock();
    try {
      stripe.quarantine().clear();
      for (Block block : stripe.blocks()) {
        if (hard || (!kept.isEmpty() && kept.getLast().pool() == block.pool())) {
          drop(block, surplus);
        } else {
          block.pool().reset(block);
          kept.add(block);
        }
      }
    } finally {
      stripe.unlock();
    }
    return kept;
  }

  private void drop(Block block, List<Block> surplus) {
    if (disposal.drop(block)) {
      surplus.add(block);
    }
  }

  /** There is no need to hold what is filled. A block that stays as it is must go. */
  private void renew(Block block, List<Block> surplus) {
    try {
      store.renew(block, block.whole());
    } catch (RuntimeException refused) {
      Stripe stripe = Stripe.of(block);
      stripe.lock();
      try {
        drop(block, surplus);
      } finally {
        stripe.unlock();
      }
      throw refused;
    }
    if (fill != null) {
      fill.fill(block.memory());
    }
  }
}
