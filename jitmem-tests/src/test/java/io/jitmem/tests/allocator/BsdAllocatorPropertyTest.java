package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.shims.BsdShim;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Group;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * The allocator on the backends for the BSDs, over our reading of their manuals: at least ten
 * thousand actions on each, in configurations from all over the list.
 */
@SuppressWarnings("ClassCanBeStatic") // as jqwik wants its groups
class BsdAllocatorPropertyTest {
  /** From the long list of combinations, every so many. */
  private static final int STEP = 61;

  private static final long LEAST_ACTIONS = 10_000;

  /** The configurations that a backend serves, and what was done in them. */
  static final class Run {
    private final String system;
    private final List<AllocatorSetup> setups = new ArrayList<>();
    private final ModelActions actions = new ModelActions();

    Run(String system) {
      this.system = system;
    }

    /** Not before it is needed: without a compiler the properties are skipped. */
    BsdShim shim() {
      return BsdShim.of(system);
    }

    List<AllocatorSetup> setups() {
      if (setups.isEmpty()) {
        List<AllocatorSetup> all = AllocatorSetup.everyCombination();
        for (int i = 0; i < all.size(); i += STEP) {
          if (isServed(all.get(i))) {
            setups.add(all.get(i));
          }
        }
      }
      return setups;
    }

    private boolean isServed(AllocatorSetup setup) {
      try {
        return setup.isServedBy(shim().memory());
      } catch (VirtMemException denied) {
        // Memory that is writable and executable at once, under PaX MPROTECT.
        return false;
      }
    }

    void requireDone(Class<?> test) throws IOException {
      if (setups.isEmpty()) {
        return;
      }
      assertThat(shim().complaint()).isEmpty();
      assertThat(shim().mappedBytes()).isZero();
      assertThat(shim().openFiles()).isZero();
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
  class FreeBsd extends OnShim {
    private static final Run RUN = new Run("FreeBSD");

    @Override
    Run run() {
      return RUN;
    }

    @AfterContainer
    static void it_was_enough() throws IOException {
      RUN.requireDone(FreeBsd.class);
    }
  }

  @Group
  class NetBsd extends OnShim {
    private static final Run RUN = new Run("NetBSD");

    @Override
    Run run() {
      return RUN;
    }

    @AfterContainer
    static void it_was_enough() throws IOException {
      RUN.requireDone(NetBsd.class);
    }
  }

  @Group
  class OpenBsd extends OnShim {
    private static final Run RUN = new Run("OpenBSD");

    @Override
    Run run() {
      return RUN;
    }

    @AfterContainer
    static void it_was_enough() throws IOException {
      RUN.requireDone(OpenBsd.class);
    }
  }

  @Group
  class DragonFly extends OnShim {
    private static final Run RUN = new Run("DragonFly");

    @Override
    Run run() {
      return RUN;
    }

    @AfterContainer
    static void it_was_enough() throws IOException {
      RUN.requireDone(DragonFly.class);
    }
  }
}
