package io.jitmem.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A span was allocated. */
@Name("io.jitmem.SpanAllocated")
@Label("Span Allocated")
@Description("A span was allocated; not recorded unless it is enabled, by threshold if one is set")
@Enabled(false)
@Threshold("0 ns")
final class SpanAllocated extends SpanEvent {}
