package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.HeapFigures;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** What an allocator is. */
@Name("io.jitmem.AllocatorInformation")
@Label("Allocator Information")
@Description("An allocator that is in use; together with it its statistics are taken")
@Period("everyChunk")
@StackTrace(false)
final class AllocatorInformation extends AllocatorEvent {
  @Label("Strategy")
  @Description("How code gets into memory; empty before the first block if the system is to decide")
  String strategy = "";

  @Label("Strategy Reason")
  @Description("Why this strategy")
  String strategyReason = "";

  @Label("Limit")
  @Description("What the blocks may have")
  @DataAmount
  long limitBytes;

  @Label("Headroom")
  @Description("The part of the limit that is kept for requests that must succeed")
  @DataAmount
  long headroomBytes;

  static void commit(EventSource source, HeapFigures figures) {
    AllocatorInformation event = new AllocatorInformation();
    if (event.shouldCommit()) {
      event.setSource(source);
      event.strategy = figures.strategy();
      event.strategyReason = figures.strategyReason();
      event.limitBytes = Limits.shown(figures.limitBytes());
      event.headroomBytes = figures.headroomBytes();
      event.commit();
    }
  }
}
