package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.HeapFigures;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;

/** How full an allocator with a limit or range is. */
@Name("io.jitmem.Pressure")
@Label("Pressure")
@Description(
    "How full an allocator with a limit or range is, whenever it takes a block, goes to its headroom or refuses")
final class Pressure extends AllocatorEvent {
  @Label("Cause")
  @Description("What has happened")
  String cause = "";

  @Label("Pressure")
  @Description("How much is taken of what every request may use")
  @Percentage
  double pressure;

  @Label("Limit")
  @Description("What the blocks may have")
  @DataAmount
  long limitBytes;

  @Label("Headroom")
  @Description("The part of the limit that is kept for requests that must succeed")
  @DataAmount
  long headroomBytes;

  @Label("Used")
  @Description("What spans have")
  @DataAmount
  long usedBytes;

  @Label("Held")
  @Description("What was released and nobody can get yet")
  @DataAmount
  long heldBytes;

  @Label("Reserved")
  @Description("What the blocks have")
  @DataAmount
  long reservedBytes;

  static void commit(EventSource source, String cause) {
    Pressure event = new Pressure();
    if (event.shouldCommit()) {
      HeapFigures figures = source.sample();
      if (figures != null) {
        event.fill(source, cause, figures);
        event.commit();
      }
    }
  }

  private void fill(EventSource source, String what, HeapFigures figures) {
    setSource(source);
    cause = what;
    pressure = figures.pressure();
    limitBytes = figures.limitBytes();
    headroomBytes = figures.headroomBytes();
    usedBytes = figures.usedBytes();
    heldBytes = figures.heldBytes();
    reservedBytes = figures.reservedBytes();
  }
}
