package io.jitmem.tests.allocator;

import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The contract as it is let loose on bugs. */
class HuntingContract extends AllocatorContract {
  private static final SimulatedVirtMem MEMORY =
      SimulatedVirtMem.builder().backed(256 << 20).build();
  private static final List<AllocatorSetup> SETUPS =
      AllocatorSetup.everyCombination().stream().filter(HuntingContract::isServed).toList();

  /** With a bug, even a small allocation may fail in any way; that is for the property to find. */
  private static boolean isServed(AllocatorSetup setup) {
    return !setup.name().matches("DUAL_.*");
  }

  @Override
  protected VirtMem virtMem() {
    return MEMORY;
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return SETUPS;
  }

  @Override
  @Property(
      tries = 5_000,
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF,
      afterFailure = AfterFailureMode.RANDOM_SEED)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }

  @Override
  @Property(
      tries = 2_000,
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF,
      afterFailure = AfterFailureMode.RANDOM_SEED)
  public void agrees_with_the_models_of_several_threads(
      @ForAll("inTurn") AllocatorSetup setup,
      @ForAll("threadPrograms") List<List<AllocatorAction>> programs)
      throws Exception {
    super.agrees_with_the_models_of_several_threads(setup, programs);
  }
}
