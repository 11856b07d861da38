package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.tests.WindowsShim;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * Every combination of options on the Windows backend in a process of Control Flow Guard's, over
 * our reading of Windows' manuals: calls may enter the live spans, and nothing else of the blocks.
 */
class GuardedWindowsAllocatorPropertyTest extends AllocatorContract {
  private static final List<AllocatorSetup> SETUPS = AllocatorSetup.everyCombination();
  private static final ModelActions ACTIONS = new ModelActions();

  /** Compiled on first use, which is inside a property, so that one can be skipped without gcc. */
  private static final class Shim {
    private static final WindowsShim SHIM = WindowsShim.compile().withControlFlowGuard();
    private static final VirtMem MEMORY = SHIM.backend().guardingBranches();
  }

  @Override
  protected VirtMem virtMem() {
    return Shim.MEMORY;
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return SETUPS;
  }

  @Override
  protected void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
    ACTIONS.add(setup, models);
    List<Span> spans = models.stream().flatMap(model -> model.spans().stream()).toList();
    assertThat(spans).allMatch(span -> Shim.SHIM.mayBeCalled(span.address()));
    long callable =
        allocator.snapshot().blocks().stream()
            .mapToLong(block -> Shim.SHIM.callable(block.place().address(), block.byteSize()))
            .sum();
    assertThat(callable).isEqualTo(spans.size());
  }

  @Override
  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }

  @AfterContainer
  static void thousands_of_actions_left_nothing() throws Exception {
    ACTIONS.report(GuardedWindowsAllocatorPropertyTest.class);
    assertThat(ACTIONS.actions()).isGreaterThan(10_000);
    assertThat(Shim.SHIM.left()).isZero();
  }
}
