package io.jitmem.allocator.heap;

import io.jitmem.allocator.bits.GranuleCopy;
import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.BlockCopy;
import io.jitmem.allocator.block.GranuleRun;
import io.jitmem.observe.picture.AreaKind;
import io.jitmem.observe.picture.BlockPlace;
import io.jitmem.observe.picture.BlockSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tells the areas of blocks. Under the lock of a stripe bits are copied, of one block at a time so
 * that nobody waits for more; everything else is done without.
 */
final class HeapPicture {
  private final long pageByteSize;
  private final long guardByteSize;

  /**
   * A picture to take.
   *
   * @param guardByteSize of the memory before and behind each block that nobody can access
   */
  HeapPicture(long pageByteSize, long guardByteSize) {
    this.pageByteSize = pageByteSize;
    this.guardByteSize = guardByteSize;
  }

  /** The blocks of a stripe that are there when it comes to them. */
  List<BlockSnapshot> take(Stripe stripe) {
    List<BlockSnapshot> taken = new ArrayList<>();
    for (Block block : blocks(stripe)) {
      BlockCopy copy = null;
      stripe.lock();
      try {
        copy = block.isDiscarded() ? null : block.copy(pageByteSize);
      } finally {
        stripe.unlock();
      }
      if (copy != null) {
        taken.add(areas(copy));
      }
    }
    return taken;
  }

  private static List<Block> blocks(Stripe stripe) {
    stripe.lock();
    try {
      return stripe.blocks();
    } finally {
      stripe.unlock();
    }
  }

  private BlockSnapshot areas(BlockCopy copy) {
    Block block = copy.block();
    BlockSnapshot.Builder areas =
        new BlockSnapshot.Builder(
            new BlockPlace(
                block.address(0),
                1 << block.granuleShift(),
                block.pool().isHeadroom(),
                guardByteSize));
    new Withheld(copy, areas).addAll();
    return areas.build(copy.committedBytes());
  }

  /** Tells what withheld granules are, going through a block once. */
  private static final class Withheld {
    private final GranuleCopy granules;
    private final int padding;
    private final List<GranuleRun> parked;
    private final BlockSnapshot.Builder areas;
    private int nextParked;

    Withheld(BlockCopy copy, BlockSnapshot.Builder areas) {
      granules = copy.granules();
      padding = copy.padding();
      parked = new ArrayList<>(copy.parked());
      parked.sort(Comparator.comparingInt(GranuleRun::first));
      this.areas = areas;
    }

    void addAll() {
      int at = 0;
      while (at < granules.granuleCount()) {
        int end = granules.endOfArea(at);
        if (granules.isUsed(at)) {
          areas.add(AreaKind.USED, end - at);
        } else if (granules.isFree(at)) {
          areas.add(AreaKind.FREE, end - at);
        } else {
          addWithheld(at, end);
        }
        at = end;
      }
    }

    private void addWithheld(int first, int end) {
      int at = add(AreaKind.PADDING, first, Math.min(end, padding));
      while (at < end) {
        GranuleRun run = nextParked < parked.size() ? parked.get(nextParked) : null;
        int from = run == null ? end : Math.min(end, run.first());
        at = add(AreaKind.HELD, at, from);
        if (run != null && at == run.first() && at < end) {
          at = add(AreaKind.PARKED, at, run.end());
          nextParked++;
        }
      }
    }

    private int add(AreaKind kind, int from, int to) {
      if (from < to) {
        areas.add(kind, to - from);
      }
      return Math.max(from, to);
    }
  }
}
