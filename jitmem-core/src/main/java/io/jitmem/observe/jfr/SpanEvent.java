package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSink;
import io.jitmem.observe.events.EventSource;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;

/** What is known of a span. */
abstract class SpanEvent extends AllocatorEvent implements EventSink.SpanTiming {
  @Label("Address")
  @Description("Where the span is executed")
  @MemoryAddress
  long address;

  @Label("Size")
  @Description("The size of the span, in whole granules")
  @DataAmount
  long size;

  @Label("Granularity")
  @Description("The unit of the sizes of spans in its pool")
  @DataAmount
  int granularity;

  @Override
  public void end(EventSource source, long address, long byteSize, int granularity) {
    end();
    if (shouldCommit()) {
      setSource(source);
      this.address = address;
      size = byteSize;
      this.granularity = granularity;
      commit();
    }
  }
}
