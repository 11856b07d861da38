package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Every combination of options on a simulated system with memory, whose processor says whether what
 * was written may be executed. Two views in reservations it does not have: those are in {@link
 * PhantomAllocatorPropertyTest} and, on real memory, in {@link AllocatorModelPropertyTest}.
 */
class SimulatedAllocatorPropertyTest extends AllocatorContract {
  private static final SimulatedVirtMem MEMORY =
      SimulatedVirtMem.builder().backed(64 << 20).build();
  private static final List<AllocatorSetup> SETUPS =
      AllocatorSetup.everyCombination().stream().filter(each -> each.isServedBy(MEMORY)).toList();
  private static final ModelActions ACTIONS = new ModelActions();

  @Override
  protected VirtMem virtMem() {
    return MEMORY;
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return SETUPS;
  }

  @Override
  protected void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
    ACTIONS.add(setup, models);
  }

  @Override
  @Property(tries = 18_000, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }

  @AfterContainer
  static void every_setup_was_tried() throws Exception {
    ACTIONS.report(SimulatedAllocatorPropertyTest.class);
    MEMORY.requireNothingMapped();
    assertThat(SETUPS).hasSizeGreaterThan(1000);
  }
}
