package io.jitmem.observe.jfr;

import io.jitmem.observe.events.EventSink;
import io.jitmem.observe.events.EventSource;
import io.jitmem.observe.events.Publication;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Code was published. */
@Name("io.jitmem.CodePublication")
@Label("Code Publication")
@Description("Written code was made executable and visible to all cores")
final class CodePublication extends AllocatorEvent implements EventSink.PublicationTiming {
  @Label("Strategy")
  @Description("How the code got into memory")
  String strategy = "";

  @Label("Spans")
  @Description("How many spans were published at once")
  int spans;

  @Label("Bytes")
  @Description("How many bytes were written to them")
  @DataAmount
  long bytes;

  @Label("Cores Synchronized")
  @Description("Whether all cores were made to discard stale instructions")
  boolean coresSynchronized;

  @Override
  public void end(EventSource source, Publication publication) {
    end();
    if (shouldCommit()) {
      setSource(source);
      strategy = publication.strategy();
      spans = publication.spans();
      bytes = publication.byteSize();
      coresSynchronized = publication.coresSynchronized();
      commit();
    }
  }
}
