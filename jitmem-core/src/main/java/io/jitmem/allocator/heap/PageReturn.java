package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;

/**
 * Gives memory back to the system that no span needs: whole free pages inside blocks, which are
 * parked, that is, used again when nothing else is left; and blocks without spans.
 */
final class PageReturn {
  private final BlockStore store;
  private final Disposal disposal;
  private final VirtMem virtMem;

  PageReturn(BlockStore store, Disposal disposal) {
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
    List<GranuleRun> parked = park(stripe, block);
    if (parked.isEmpty()) {
      return 0;
    }
    boolean done = false;
    try {
      done = discard(block, parked);
    } finally {
      store.unmap(finish(stripe, block, done));
    }
    return done ? block.byteSize(parked.stream().mapToInt(GranuleRun::count).sum()) : 0;
  }

  /** The block is pinned meanwhile, so that nobody unmaps it. */
  private List<GranuleRun> park(Stripe stripe, Block block) {
    stripe.lock();
    try {
      stripe.requireOpen();
      if (block.isDiscarded()) {
        return List.of();
      }
      List<GranuleRun> parked = block.parkFreePages(virtMem.pages().byteSize());
      if (!parked.isEmpty()) {
        block.pin();
      }
      return parked;
    } finally {
      stripe.unlock();
    }
  }

  /** Whether the system has taken the pages; not every one can. */
  private boolean discard(Block block, List<GranuleRun> parked) {
    try {
      for (GranuleRun run : parked) {
        virtMem.discard(block.rw(run.first(), run.count()));
      }
      return true;
    } catch (UnsupportedOperationException unable) {
      return false;
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.NOT_SUPPORTED) {
        throw refused;
      }
      return false;
    }
  }

  private List<Block> finish(Stripe stripe, Block block, boolean done) {
    stripe.lock();
    try {
      if (block.unpin()) {
        return List.of(block);
      }
      if (!done && !block.isDiscarded()) {
        block.holdParked().forEach(block::unhold);
      }
      return List.of();
    } finally {
      stripe.unlock();
    }
  }
}
