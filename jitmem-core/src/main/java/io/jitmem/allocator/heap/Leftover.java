package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;

/** What the end of a span leaves to be done without the lock. */
public sealed interface Leftover {
  /** A block that was taken out of its pool, to be unmapped. */
  record Surplus(Block block) implements Leftover {}

  /** Memory that is held until it was filled and was in quarantine. */
  record Held(Block block, GranuleRun run) implements Leftover {}
}
