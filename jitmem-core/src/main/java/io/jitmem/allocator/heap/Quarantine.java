package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Memory of released spans that nobody is to get yet: code that still jumps to what was there meets
 * a trap and not somebody else's code. It leaves in the order in which it came, when more than a
 * number of bytes would be in here.
 *
 * <p>Guarded by the stripe's lock. What is in here is held in its block.
 */
final class Quarantine {
  /** A stretch of a block. */
  record Entry(Block block, GranuleRun run) {
    long byteSize() {
      return block.byteSize(run.count());
    }
  }

  private final long mostByteSize;
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long byteSize;

  Quarantine(long mostByteSize) {
    this.mostByteSize = mostByteSize;
  }

  void add(Entry entry) {
    entries.addLast(entry);
    byteSize += entry.byteSize();
  }

  /** Takes out what came first if there is too much in here, or returns null. */
  @Nullable Entry pollExcess() {
    if (byteSize <= mostByteSize) {
      return null;
    }
    Entry first = entries.removeFirst();
    byteSize -= first.byteSize();
    return first;
  }

  void clear() {
    entries.clear();
    byteSize = 0;
  }
}
