package io.jitmem.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A block was unmapped. */
@Name("io.jitmem.BlockReleased")
@Label("Block Released")
@Description("An allocator has given a block of memory back to the system")
final class BlockReleased extends BlockEvent {}
