package io.jitmem.allocator.heap;

import io.jitmem.allocator.block.Block;
import io.jitmem.allocator.block.GranuleRun;

/** What the end of a span leaves to be done without the lock. */
public sealed interface Leftover {
  /** A block that was taken out of its pool, to be unmapped. */
  record Surplus(Block block) implements Leftover {}

  /** Memory that is held until it was filled and was in quarantine. */
  record Held(Block block, GranuleRun run) implements Leftover {}

  /**
   * A span, or the end of one, whose end the listeners are to be told; its memory is withheld, on
   * sealed pages as a part of pages that still count it.
   *
   * @param rest whether it is the end of a span that lives on
   */
  record Released(Block block, GranuleRun run, boolean rest) implements Leftover {}
}
