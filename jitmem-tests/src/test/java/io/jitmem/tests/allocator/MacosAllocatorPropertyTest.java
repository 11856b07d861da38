package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.shims.MacosShim;
import java.util.List;
import net.jqwik.api.Group;

/**
 * The allocator on the macOS backend, over our reading of the system, by each CPU's rules. The list
 * of combinations has none for memory under the write switch, which no other backend has.
 */
@SuppressWarnings("ClassCanBeStatic") // as jqwik wants its groups
class MacosAllocatorPropertyTest {
  private static final List<AllocatorSetup> UNDER_SWITCH =
      List.of(
          AllocatorSetup.of("MAP_JIT", builder -> builder.strategy(WriteStrategy.MAP_JIT)),
          AllocatorSetup.of(
              "MAP_JIT, fill",
              builder -> builder.strategy(WriteStrategy.MAP_JIT).fillUnusedMemory(true)));

  @Group
  class MacosOnIntel extends ShimAllocatorContract {
    MacosOnIntel() {
      super(() -> MacosShim.of("Intel"));
    }

    @Override
    List<AllocatorSetup> more() {
      return UNDER_SWITCH;
    }
  }

  @Group
  class MacosOnApple extends ShimAllocatorContract {
    MacosOnApple() {
      super(() -> MacosShim.of("Apple"));
    }

    @Override
    List<AllocatorSetup> more() {
      return UNDER_SWITCH;
    }

    @Override
    protected List<AllocatorSetup> setups() {
      List<AllocatorSetup> served = super.setups();
      assertThat(served).containsAll(UNDER_SWITCH);
      return served;
    }
  }
}
