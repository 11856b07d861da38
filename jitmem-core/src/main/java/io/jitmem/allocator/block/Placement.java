package io.jitmem.allocator.block;

import io.jitmem.allocator.bits.Extent;
import java.lang.foreign.MemorySegment;

/**
 * A span's place: its extent in a block, and when it was placed there, by the block's clock. A
 * placement goes stale when its granules are released; the clock tells it from a later span at the
 * same granules.
 *
 * @param block the block
 * @param extent the granules
 * @param birth the block's clock when the span was placed or looked up
 * @param untouched whether no span was there before, so that no core can have fetched instructions
 *     from there
 */
public record Placement(Block block, Extent extent, int birth, boolean untouched) {
  public long address() {
    return block.address(extent.firstGranule());
  }

  public long byteSize() {
    return block.byteSize(extent.granuleCount());
  }

  /** Where the span is executed and read. */
  public MemorySegment rx() {
    return block.memory().rx().asSlice(block.byteSize(extent.firstGranule()), byteSize());
  }

  /** Where the span is written. */
  public MemorySegment rw() {
    return block.memory().rw().asSlice(block.byteSize(extent.firstGranule()), byteSize());
  }
}
