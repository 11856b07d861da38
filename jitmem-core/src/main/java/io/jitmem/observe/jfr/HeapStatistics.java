package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.HeapFigures;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/** What an allocator holds. */
@Name("io.jitmem.HeapStatistics")
@Label("Heap Statistics")
@Description(
    "What an allocator holds, from time to time, and at the beginning and end of each chunk")
@Period("10 s")
@StackTrace(false)
final class HeapStatistics extends AllocatorEvent {
  @Label("Strategy")
  @Description("How code gets into memory; empty before the first block if the system is to decide")
  String strategy = "";

  @Label("Blocks")
  long blocks;

  @Label("Spans")
  @Description("How many spans are live")
  long spans;

  @Label("Used")
  @Description("What live spans have, in whole granules")
  @DataAmount
  long usedBytes;

  @Label("Held")
  @Description(
      "What was released and nobody can get yet: in quarantine, being filled, or left over on sealed pages")
  @DataAmount
  long heldBytes;

  @Label("Reserved")
  @Description("What the blocks have")
  @DataAmount
  long reservedBytes;

  @Label("Committed")
  @Description("The pages that may have memory behind them")
  @DataAmount
  long committedBytes;

  @Label("Overhead")
  @Description("What bookkeeping takes in the Java heap")
  @DataAmount
  long overheadBytes;

  @Label("Used Ratio")
  @Description("Used in relation to reserved")
  @Percentage
  double usedRatio;

  @Label("Unused Ratio")
  @Description("Reserved and not used, in relation to reserved")
  @Percentage
  double unusedRatio;

  @Label("Overhead Ratio")
  @Description("Overhead in relation to reserved")
  @Percentage
  double overheadRatio;

  @Label("Limit")
  @Description("What the blocks may have")
  @DataAmount
  long limitBytes;

  @Label("Headroom")
  @Description("The part of the limit that is kept for requests that must succeed")
  @DataAmount
  long headroomBytes;

  @Label("Pressure")
  @Description("How much is taken of what every request may use; 0 without a limit")
  @Percentage
  double pressure;

  @Label("Refusals")
  @Description("How many requests were refused so far")
  long refusals;

  @Label("Large Page Blocks")
  @Description("How many blocks so far have got large pages")
  long largePageBlocks;

  @Label("Large Page Fallbacks")
  @Description("How many blocks so far were to have large pages and have got normal ones")
  long largePageFallbacks;

  static void commit(EventSource source, HeapFigures figures) {
    HeapStatistics event = new HeapStatistics();
    if (event.shouldCommit()) {
      event.setSource(source);
      event.fill(figures);
      event.commit();
    }
  }

  private void fill(HeapFigures figures) {
    strategy = figures.strategy();
    blocks = figures.blocks();
    spans = figures.spans();
    usedBytes = figures.usedBytes();
    heldBytes = figures.heldBytes();
    reservedBytes = figures.reservedBytes();
    committedBytes = figures.committedBytes();
    overheadBytes = figures.overheadBytes();
    usedRatio = ratio(usedBytes);
    unusedRatio = ratio(reservedBytes - usedBytes);
    overheadRatio = ratio(overheadBytes);
    limitBytes = Limits.shown(figures.limitBytes());
    headroomBytes = figures.headroomBytes();
    pressure = figures.pressure();
    refusals = figures.refusals();
    largePageBlocks = figures.largePageBlocks();
    largePageFallbacks = figures.largePageFallbacks();
  }

  private double ratio(long bytes) {
    return reservedBytes == 0 ? 0 : (double) bytes / reservedBytes;
  }
}
