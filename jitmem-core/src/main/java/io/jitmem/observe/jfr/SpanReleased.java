package io.jitmem.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A span was released. */
@Name("io.jitmem.SpanReleased")
@Label("Span Released")
@Description("A span was released; not recorded unless it is enabled, by threshold if one is set")
@Enabled(false)
@Threshold("0 ns")
final class SpanReleased extends SpanEvent {}
