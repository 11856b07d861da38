package io.jitmem.tests.lincheck;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;

/** The same with reads that are not bracketed, which Lincheck must notice. */
@Param(name = "slot", gen = IntGen.class, conf = "0:2")
@Param(name = "byteSize", gen = IntGen.class, conf = "0:256")
public class UnguardedSlots extends MapSlots {
  /** Slots without spans. */
  public UnguardedSlots() {}

  @Operation
  @Override
  public String query(@Param(name = "slot") int slot) {
    return sizeAt(slot);
  }
}
