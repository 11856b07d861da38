package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.tests.allocator.AllocatorModel.Use;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Two views, anywhere and in reservations, on a simulated system that has addresses and no memory:
 * spans up to the largest cost nothing.
 */
class PhantomAllocatorPropertyTest extends AllocatorContract {
  private static final SimulatedVirtMem MEMORY = SimulatedVirtMem.builder().build();
  private static final List<AllocatorSetup> SETUPS =
      AllocatorSetup.everyCombination().stream()
          .filter(each -> each.name().startsWith("DUAL") && !each.fills())
          .filter(each -> each.isServedBy(MEMORY))
          .toList();
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
  protected Use use() {
    return Use.ALONE_UNTOUCHED;
  }

  @Override
  protected void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
    ACTIONS.add(setup, models);
  }

  @Override
  @Property(tries = 6_000, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }

  @AfterContainer
  static void nothing_is_left() throws Exception {
    ACTIONS.report(PhantomAllocatorPropertyTest.class);
    MEMORY.requireNothingMapped();
    assertThat(SETUPS).hasSize(4 * 4 * 4 * 8);
  }
}
