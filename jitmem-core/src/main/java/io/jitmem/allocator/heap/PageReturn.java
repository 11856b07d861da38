package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives memory back to the system that no span needs: whole free pages inside blocks, which are
 * held meanwhile and then parked, that is, used again when nothing else is left; and blocks without
 * spans.
 */
final class PageReturn {
  private final BlockStore store;
  private final Disposal disposal;
  private final VirtMem virtMem;
  private final @Nullable Fill fill;

  PageReturn(BlockStore store, Disposal disposal, @Nullable Fill fill) {
    this.fill = fill;
    this.store = store;
    this.disposal = disposal;
    virtMem = store.mapping().mappers().virtMem();
  }

  /** Gives back what a stripe can do without; returns the number of bytes. */
  long trim(Stripe stripe) {
    long bytes = 0;
    for (Block block : dropEmpty(stripe)) {
      bytes += block.committedBytes(virtMem.pages().byteSize());
      store.unmap(List.of(block));
    }
    for (Block block : lockedCopy(stripe)) {
      bytes += trim(stripe, block);
    }
    return bytes;
  }

  private List<Block> dropEmpty(Stripe stripe) {
    stripe.lock();
    try {
      stripe.requireOpen();
      return stripe.blocks().stream().filter(Block::isEmpty).filter(disposal::drop).toList();
    } finally {
      stripe.unlock();
    }
  }

  private static List<Block> lockedCopy(Stripe stripe) {
    stripe.lock();
    try {
      return stripe.blocks();
    } finally {
      stripe.unlock();
    }
  }

  private long trim(Stripe stripe, Block block) {
    List<GranuleRun> held = hold(stripe, block);
    List<GranuleRun> given = new ArrayList<>();
    try {
      for (GranuleRun run : held) {
        if (!discard(block, run)) {
          break;
        }
        given.add(run);
      }
    } finally {
      if (!held.isEmpty()) {
        store.unmap(finish(stripe, block, held, given.size()));
      }
    }
    return block.byteSize(given.stream().mapToInt(GranuleRun::count).sum());
  }

  /** The block is pinned meanwhile, so that nobody unmaps it. */
  private List<GranuleRun> hold(Stripe stripe, Block block) {
    stripe.lock();
    try {
      stripe.requireOpen();
      if (block.isDiscarded()) {
        return List.of();
      }
      List<GranuleRun> held = block.holdFreePages(virtMem.pages().byteSize());
      if (!held.isEmpty()) {
        block.pin();
      }
      return held;
    } finally {
      stripe.unlock();
    }
  }

  /** Whether the system has taken the pages; not every one can. */
  private boolean discard(Block block, GranuleRun run) {
    MemorySegment memory = block.rw(run.first(), run.count());
    try {
      virtMem.discard(memory);
      return true;
    } catch (UnsupportedOperationException unable) {
      return false;
    } catch (VirtMemException refused) {
      // It may have come half way.
      if (fill != null) {
        Undo.after(refused, () -> fill.fill(block, run));
      }
      if (refused.kind() != Kind.NOT_SUPPORTED) {
        throw refused;
      }
      return false;
    }
  }

  /** Parks the first pages, which were given back, and frees the others. */
  private List<Block> finish(Stripe stripe, Block block, List<GranuleRun> held, int givenCount) {
    stripe.lock();
    try {
      if (block.unpin()) {
        return List.of(block);
      }
      if (block.isDiscarded() || !block.isHeld(held.getFirst())) {
        return List.of();
      }
      held.subList(0, givenCount).forEach(block::park);
      held.subList(givenCount, held.size()).forEach(block::unhold);
      return disposal.isSurplus(block) && disposal.drop(block) ? List.of(block) : List.of();
    } finally {
      stripe.unlock();
    }
  }
}
