package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Refused;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A request was refused. */
@Name("io.jitmem.Refusal")
@Label("Refusal")
@Description("An allocator had no room for a request, or the system refused what it needed")
final class Refusal extends AllocatorEvent {
  @Label("Request")
  @Description("What was asked for")
  String request = "";

  @Label("Size")
  @Description("How many bytes were asked for")
  @DataAmount
  long size;

  @Label("Kind")
  @Description(
      "LIMIT if the allocator's limit or range is used up, else the kind of the system's refusal")
  String kind = "";

  @Label("Reason")
  @Description("The message of the exception")
  String reason = "";

  static void commit(EventSource source, Refused refused) {
    Refusal event = new Refusal();
    if (event.shouldCommit()) {
      event.setSource(source);
      event.request = refused.request();
      event.size = refused.byteSize();
      event.kind = refused.kind();
      event.reason = refused.reason();
      event.commit();
    }
  }
}
