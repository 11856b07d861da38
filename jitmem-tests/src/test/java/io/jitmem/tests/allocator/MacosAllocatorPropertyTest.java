package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.shims.MacosShim;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * The allocator on the macOS backend, over our reading of the system: at least ten thousand actions
 * for each CPU's rules, in configurations from all over the list.
 */
@SuppressWarnings("ClassCanBeStatic") // as jqwik wants its groups
class MacosAllocatorPropertyTest {
  /** From the long list of combinations, every so many. */
  private static final int STEP = 61;

  private static final long LEAST_ACTIONS = 10_000;

  /** The configurations that a backend serves, and what was done in them. */
  static final class Run {
    private final String cpu;
    private final List<AllocatorSetup> setups = new ArrayList<>();
    private final ModelActions actions = new ModelActions();

    Run(String cpu) {
      this.cpu = cpu;
    }

    /** Not before it is needed: without a compiler the properties are skipped. */
    MacosShim shim() {
      return MacosShim.of(cpu);
    }

    List<AllocatorSetup> setups() {
      if (setups.isEmpty()) {
        List<AllocatorSetup> all = AllocatorSetup.everyCombination();
        for (int i = 0; i < all.size(); i += STEP) {
          addServed(all.get(i));
        }
        addServed(AllocatorSetup.of("MAP_JIT", builder -> builder.strategy(WriteStrategy.MAP_JIT)));
        addServed(
            AllocatorSetup.of(
                "MAP_JIT, fill",
                builder -> builder.strategy(WriteStrategy.MAP_JIT).fillUnusedMemory(true)));
      }
      return setups;
    }

    private void addServed(AllocatorSetup setup) {
      if (isServed(setup)) {
        setups.add(setup);
      }
    }

    private boolean isServed(AllocatorSetup setup) {
      try {
        return setup.isServedBy(shim().memory());
      } catch (VirtMemException denied) {
        // Memory that is writable and executable at once, on Apple's processors.
        return false;
      }
    }

    void requireDone(Class<?> test) throws IOException {
      if (setups.isEmpty()) {
        return;
      }
      assertThat(shim().complaint()).isEmpty();
      assertThat(shim().writers()).isZero();
      assertThat(shim().mappedBytes()).isZero();
      assertThat(shim().ports()).isZero();
      assertThat(actions.actions()).isGreaterThanOrEqualTo(LEAST_ACTIONS);
      actions.report(test);
    }
  }

  abstract static class OnShim extends AllocatorContract {
    abstract Run run();

    @Override
    protected VirtMem virtMem() {
      return run().shim().memory();
    }

    @Override
    protected List<AllocatorSetup> setups() {
      return run().setups();
    }

    @Override
    protected void finished(
        AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
      run().actions.add(setup, models);
    }
  }

  @Group
  class MacosOnIntel extends OnShim {
    private static final Run RUN = new Run("Intel");

    @Override
    Run run() {
      return RUN;
    }

    @AfterContainer
    static void it_was_enough() throws IOException {
      RUN.requireDone(MacosOnIntel.class);
    }
  }

  @Group
  class MacosOnApple extends OnShim {
    private static final Run RUN = new Run("Apple");

    @Override
    Run run() {
      return RUN;
    }

    @AfterContainer
    static void it_was_enough() throws IOException {
      assertThat(RUN.setups()).anySatisfy(setup -> assertThat(setup.name()).contains("MAP_JIT"));
      RUN.requireDone(MacosOnApple.class);
    }
  }
}
