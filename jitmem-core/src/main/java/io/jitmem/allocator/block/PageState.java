package io.jitmem.allocator.block;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is known of the memory behind a block: which chunks of it were put there before they were
 * written, and which pages were given back and are parked until somebody wants them. All numbers
 * are granules.
 *
 * <p>Guarded by the block's owner.
 */
final class PageState {
  /** What is populated at once: a page fault for each page would cost more. */
  private static final long CHUNK_BYTE_SIZE = 64 << 10;

  private final int granuleCount;
  private final int chunkShift;
  private final long[] populated;
  private final List<GranuleRun> parked = new ArrayList<>();
  private int parkedCount;

  private int populatedTo;

  PageState(int granuleCount, int granuleByteSize, BlockMemory memory) {
    this.granuleCount = granuleCount;
    chunkShift = Long.numberOfTrailingZeros(CHUNK_BYTE_SIZE / granuleByteSize);
    populated = new long[((granuleCount - 1) >> chunkShift >> 6) + 1];
    if (memory.largePageByteSize() > 0 || isOneChunk(memory)) {
      Arrays.fill(populated, -1L);
    }
  }

  /**
   * Large pages are there from the start. Of a chunk that is no file the pages may come one by one:
   * a program that adds one function does not pay for more.
   */
  private static boolean isOneChunk(BlockMemory memory) {
    return memory.byteSize() <= CHUNK_BYTE_SIZE && !memory.isDual();
  }

  int chunkGranules() {
    return 1 << chunkShift;
  }

  /** Whether a range is known to have memory. */
  boolean isPopulated(int first, int end) {
    int last = (end - 1) >> chunkShift;
    for (int chunk = first >> chunkShift; chunk <= last; chunk++) {
      if ((populated[chunk >> 6] & (1L << chunk)) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Takes note that a range has got memory; counts for the chunks that are wholly in it. */
  void populated(GranuleRun run) {
    int from = (run.first() + chunkGranules() - 1) >> chunkShift;
    int to = run.end() == granuleCount ? lastChunk() + 1 : run.end() >> chunkShift;
    for (int chunk = from; chunk < to; chunk++) {
      populated[chunk >> 6] |= 1L << chunk;
    }
    populatedTo = Math.max(populatedTo, run.end());
  }

  /** The end of the pages that were ever touched, where spans have reached up to a granule. */
  int touchedTo(int pageGranules, int spannedTo) {
    long touched = ((long) Math.max(spannedTo, populatedTo) + pageGranules - 1) & -pageGranules;
    return (int) Math.min(granuleCount, touched);
  }

  /** The granules of the pages that may have memory. */
  int committedCount(int pageGranules, int spannedTo) {
    return touchedTo(pageGranules, spannedTo) - parkedCount;
  }

  boolean hasParked() {
    return parkedCount > 0;
  }

  int parkedCount() {
    return parkedCount;
  }

  /** What is parked, in the order in which it was given back. */
  List<GranuleRun> parked() {
    return List.copyOf(parked);
  }

  /** Takes note that pages are about to be given back. */
  void park(GranuleRun pages) {
    parked.add(pages);
    parkedCount += pages.count();
    for (int chunk = pages.first() >> chunkShift;
        chunk <= (pages.end() - 1) >> chunkShift;
        chunk++) {
      populated[chunk >> 6] &= ~(1L << chunk);
    }
  }

  /** Hands over what is parked. */
  List<GranuleRun> takeParked() {
    List<GranuleRun> taken = List.copyOf(parked);
    parked.clear();
    parkedCount = 0;
    return taken;
  }

  private int lastChunk() {
    return (granuleCount - 1) >> chunkShift;
  }
}
