package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockMemory;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.block.SpanFactory;
import io.jitmem.observe.events.EventSink.BlockTiming;
import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Events;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done for a request that finds no room in its stripe, in this order: pages that were given
 * back come into use again; a block is mapped; other stripes are asked; and for a request that must
 * succeed, the headroom.
 */
final class BlockSupply {
  /**
   * A request.
   *
   * @param pool the number of its pool
   * @param byteSize the size of the span
   * @param mustSucceed whether it may use the headroom
   * @param factory makes the span
   */
  record Request<S>(int pool, long byteSize, boolean mustSucceed, SpanFactory<S> factory) {
    Request<S> fromPool(int other) {
      return new Request<>(other, byteSize, mustSucceed, factory);
    }
  }

  private final HeapOptions options;
  private final VirtMem virtMem;
  private final BlockStore store;
  private final Stripes stripes;
  private final BlockTable table;
  private final Disposal disposal;
  private final @Nullable Fill fill;
  private final EventSource source;

  BlockSupply(
      HeapOptions options,
      BlockStore store,
      Stripes stripes,
      BlockTable table,
      Disposal disposal,
      @Nullable Fill fill,
      EventSource source) {
    this.source = source;
    this.options = options;
    this.store = store;
    virtMem = store.mapping().mappers().virtMem();
    this.stripes = stripes;
    this.table = table;
    this.disposal = disposal;
    this.fill = fill;
  }

  /**
   * Places a span somehow.
   *
   * @throws NoRoom if the budget or the range is used up
   */
  <S> S supply(Stripe home, Request<S> request) {
    S placed = fromParked(home, request);
    if (placed != null) {
      return placed;
    }
    try {
      return inNewBlock(home, request);
    } catch (NoRoom full) {
      return elsewhere(home, request, full);
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.OUT_OF_MEMORY) {
        throw refused;
      }
      return elsewhere(home, request, refused);
    }
  }

  private <S> S elsewhere(Stripe home, Request<S> request, RuntimeException refusal) {
    S placed = inAnyStripe(request);
    if (placed == null && request.mustSucceed() && store.budget().headroom() > 0) {
      placed = inHeadroom(home, request);
      if (placed != null) {
        Events.pressed(source, "headroom used");
      }
    }
    if (placed == null) {
      throw refusal;
    }
    return placed;
  }

  private <S> @Nullable S inAnyStripe(Request<S> request) {
    for (Stripe stripe : stripes) {
      S placed = inStripe(stripe, request);
      if (placed == null) {
        placed = fromParked(stripe, request);
      }
      if (placed != null) {
        return placed;
      }
    }
    return null;
  }

  private <S> @Nullable S inHeadroom(Stripe home, Request<S> ordinary) {
    Request<S> request = ordinary.fromPool(ordinary.pool() + options.poolCount());
    S placed = inAnyStripe(request);
    if (placed != null) {
      return placed;
    }
    try {
      return inNewBlock(home, request);
    } catch (NoRoom full) {
      return null;
    }
  }

  private static <S> @Nullable S inStripe(Stripe stripe, Request<S> request) {
    stripe.lock();
    try {
      return stripe.allocate(request.pool(), request.byteSize(), request.factory());
    } finally {
      stripe.unlock();
    }
  }

  /** Takes pages that were given back into use again, block by block, until the span fits. */
  private <S> @Nullable S fromParked(Stripe stripe, Request<S> request) {
    while (true) {
      Block block;
      List<GranuleRun> held;
      stripe.lock();
      try {
        stripe.requireOpen();
        block = stripe.pools()[request.pool()].blockWithParked();
        if (block == null) {
          return null;
        }
        held = block.holdParked();
        block.pin();
      } finally {
        stripe.unlock();
      }
      S placed = placeInHeld(stripe, block, held, request);
      if (placed != null) {
        return placed;
      }
    }
  }

  /** They have come back as zeros, so they are filled before anybody gets them. */
  private <S> @Nullable S placeInHeld(
      Stripe stripe, Block block, List<GranuleRun> held, Request<S> request) {
    int filled = 0;
    try {
      for (GranuleRun run : held) {
        store.renew(block, run);
        if (fill != null) {
          store.populate(block, run);
          fill.fill(block, run);
        }
        filled++;
      }
    } finally {
      store.unmap(unhold(stripe, block, held, filled));
    }
    return inStripe(stripe, request);
  }

  /** Frees the first pages, which are filled, and parks the others again. */
  private List<Block> unhold(Stripe stripe, Block block, List<GranuleRun> held, int filled) {
    stripe.lock();
    try {
      if (block.unpin()) {
        return List.of(block);
      }
      if (block.isDiscarded() || !block.isHeld(held.getFirst())) {
        return List.of();
      }
      held.subList(0, filled).forEach(block::unhold);
      held.subList(filled, held.size()).forEach(block::park);
      return disposal.isSurplus(block) && disposal.drop(block) ? List.of(block) : List.of();
    } finally {
      stripe.unlock();
    }
  }

  private <S> S inNewBlock(Stripe stripe, Request<S> request) {
    BlockTiming timing = Events.reserving();
    boolean sealed = store.mapping().isSealed();
    long least;
    long wanted;
    int count;
    stripe.lock();
    try {
      stripe.requireOpen();
      Pool pool = stripe.pools()[request.pool()];
      if (sealed) {
        pool.keepToPages(virtMem.pages().byteSize());
      }
      count = pool.granuleCount(request.byteSize());
      least = options.alignBlock(pool.leastByteSize(count));
      wanted = options.alignBlock(pool.byteSizeOfNewBlock(count));
    } finally {
      stripe.unlock();
    }
    boolean headroom = request.pool() >= options.poolCount();
    BlockMemory memory = store.map(least, wanted, headroom);
    if (memory.isSealed() && !sealed) {
      // The first block has shown it. Spans take whole pages then, so it may be too small.
      store.unmap(memory, headroom);
      return inNewBlock(stripe, request);
    }
    S placed = place(stripe, memory, count, request);
    if (placed == null) {
      store.unmap(memory, headroom);
      throw new IllegalStateException("the allocator is closed");
    }
    tell(timing, memory, request.pool());
    return placed;
  }

  private void tell(@Nullable BlockTiming timing, BlockMemory memory, int pool) {
    if (timing != null) {
      Events.end(timing, source, BlockStore.figures(memory, options.granularityOf(pool)));
    }
    if (store.budget().isLimited()) {
      Events.pressed(source, "block reserved");
    }
  }

  /** In this block, though another one may have got room meanwhile: it would stay empty. */
  private <S> @Nullable S place(Stripe stripe, BlockMemory memory, int count, Request<S> request) {
    stripe.lock();
    try {
      if (stripe.isClosed()) {
        return null;
      }
      Pool pool = stripe.pools()[request.pool()];
      S placed = pool.allocateIn(memory, count, request.factory());
      Block block = pool.blocks().getLast();
      if (memory.isSealed()) {
        disposal.holdAll();
      }
      if (store.fillsBlocks()) {
        block.populated(block.whole());
      }
      table.add(block);
      return placed;
    } finally {
      stripe.unlock();
    }
  }
}
