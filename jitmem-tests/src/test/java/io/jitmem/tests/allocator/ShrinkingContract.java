package io.jitmem.tests.allocator;

import java.util.List;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The same for one bug, with a search for the shortest program. */
class ShrinkingContract extends HuntingContract {
  @Override
  @Property(
      tries = 5_000,
      edgeCases = EdgeCasesMode.NONE,
      afterFailure = AfterFailureMode.RANDOM_SEED)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }
}
