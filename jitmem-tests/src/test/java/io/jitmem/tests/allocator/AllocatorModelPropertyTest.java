package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/** Every combination of options that the host serves, on its own memory. */
class AllocatorModelPropertyTest extends AllocatorContract {
  private static final List<AllocatorSetup> SETUPS = servedByHost();
  private static final ModelActions ACTIONS = new ModelActions();

  /** All of them where two views may lie in reservations; asking for each takes seconds. */
  private static List<AllocatorSetup> servedByHost() {
    List<AllocatorSetup> all = AllocatorSetup.everyCombination();
    boolean servesAll =
        VirtMem.host().capabilities().of(Ability.RESERVE).stream().allMatch(Capability::available);
    return servesAll ? all : all.stream().filter(each -> each.isServedBy(VirtMem.host())).toList();
  }

  @Override
  protected VirtMem virtMem() {
    return VirtMem.host();
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return SETUPS;
  }

  /** Each of several pools keeps a block, and with a headroom there are as many again. */
  @Override
  protected void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
    ACTIONS.add(setup, models);
    boolean empty = allocator.statistics().spanCount() == 0;
    if (empty && models.size() == 1 && !setup.name().contains("QUARANTINE")) {
      int kept = setup.name().contains("immediate") ? 0 : 6;
      assertThat(allocator.statistics().blockCount()).isLessThanOrEqualTo(kept);
    }
  }

  @Override
  @Property(tries = 1_200, edgeCases = EdgeCasesMode.NONE)
  public void agrees_with_the_model_after_each_action(
      @ForAll("inTurn") AllocatorSetup setup, @ForAll("programs") List<AllocatorAction> program) {
    super.agrees_with_the_model_after_each_action(setup, program);
  }

  @AfterContainer
  static void the_actions_are_counted() throws Exception {
    ACTIONS.report(AllocatorModelPropertyTest.class);
  }
}
