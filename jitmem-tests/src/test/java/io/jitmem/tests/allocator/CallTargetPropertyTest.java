package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Every combination of options where checked calls enter listed places only: after any program,
 * those are the starts of the live spans that were published, and no others.
 */
class CallTargetPropertyTest extends AllocatorContract {
  private static final SimulatedVirtMem MEMORY =
      SimulatedVirtMem.builder().backed(64 << 20).listsCallTargets().build().guardingBranches();
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

  /** The model writes each span when it is allocated. */
  @Override
  protected void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
    ACTIONS.add(setup, models);
    List<Long> starts =
        models.stream()
            .flatMap(model -> model.spans().stream())
            .map(Span::address)
            .sorted()
            .toList();
    assertThat(MEMORY.callTargets()).isEqualTo(starts);
  }

  @Override
  @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }

  @AfterContainer
  static void nothing_is_mapped_or_listed() throws Exception {
    ACTIONS.report(CallTargetPropertyTest.class);
    MEMORY.requireNothingMapped();
    assertThat(MEMORY.callTargets()).isEmpty();
  }
}
