package io.jitmem.observe.jfr;

import io.jitmem.observe.events.BlockFigures;
import io.jitmem.observe.events.EventSink;
import io.jitmem.observe.events.EventSource;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;

/** What is known of a block. */
abstract class BlockEvent extends AllocatorEvent implements EventSink.BlockTiming {
  @Label("Address")
  @Description("Where the block is executed")
  @MemoryAddress
  long address;

  @Label("Size")
  @DataAmount
  long size;

  @Label("Granularity")
  @Description("The unit of the sizes of spans in this block's pool")
  @DataAmount
  int granularity;

  @Label("Strategy")
  @Description("How code gets into the block")
  String strategy = "";

  @Label("Large Pages")
  @Description("Whether the block was to have large pages and has got them")
  boolean largePages;

  @Override
  public void end(EventSource source, BlockFigures block) {
    end();
    if (shouldCommit()) {
      setSource(source);
      address = block.address();
      size = block.byteSize();
      granularity = block.granularity();
      strategy = block.strategy();
      largePages = block.hasLargePages();
      commit();
    }
  }
}
