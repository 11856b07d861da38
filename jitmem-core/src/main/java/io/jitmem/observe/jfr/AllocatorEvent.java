package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSource;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;

/** Which allocator it is about. */
@Category("jitmem")
abstract class AllocatorEvent extends Event {
  @Label("Allocator")
  @Description("The allocator's number, from 1, unique in the JVM")
  long allocator;

  @Label("Name")
  @Description("The allocator's name, as its builder was told")
  String name = "";

  final void setSource(EventSource source) {
    allocator = source.number();
    name = source.name();
  }
}
