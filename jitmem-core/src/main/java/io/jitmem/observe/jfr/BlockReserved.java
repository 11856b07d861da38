package io.jitmem.observe.jfr;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A block was mapped. */
@Name("io.jitmem.BlockReserved")
@Label("Block Reserved")
@Description("An allocator has taken a block of memory from the system")
final class BlockReserved extends BlockEvent {}
