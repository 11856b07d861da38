package io.jitmem.tests.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.shims.UnixShim;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainerHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;

/**
 * The allocator on a backend over our reading of its system: at least ten thousand actions, in
 * configurations from all over the list.
 */
@AddLifecycleHook(ShimAllocatorContract.EnoughWasDone.class)
abstract class ShimAllocatorContract extends AllocatorContract {
  /** From the long list of combinations, every so many. */
  private static final int STEP = 61;

  private static final long LEAST_ACTIONS = 10_000;

  private static final Map<Class<?>, Run> RUNS = new ConcurrentHashMap<>();

  private final Supplier<UnixShim> shim;

  /** By a shim that is not made before it is needed: without a compiler properties are skipped. */
  ShimAllocatorContract(Supplier<UnixShim> shim) {
    this.shim = shim;
  }

  /** Configurations beside those of the list. */
  List<AllocatorSetup> more() {
    return List.of();
  }

  private Run run() {
    return RUNS.computeIfAbsent(getClass(), key -> new Run(shim.get(), more()));
  }

  @Override
  protected final VirtMem virtMem() {
    return run().shim.memory();
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return run().setups;
  }

  @Override
  protected final void finished(
      AllocatorSetup setup, JitAllocator allocator, List<AllocatorModel> models) {
    run().actions.add(setup, models);
  }

  /** The configurations that a backend serves, and what was done in them by one class. */
  private static final class Run {
    private final UnixShim shim;
    private final List<AllocatorSetup> setups = new ArrayList<>();
    private final ModelActions actions = new ModelActions();

    Run(UnixShim shim, List<AllocatorSetup> more) {
      this.shim = shim;
      List<AllocatorSetup> all = AllocatorSetup.everyCombination();
      for (int i = 0; i < all.size(); i += STEP) {
        addServed(all.get(i));
      }
      more.forEach(this::addServed);
    }

    private void addServed(AllocatorSetup setup) {
      if (isServed(setup)) {
        setups.add(setup);
      }
    }

    private boolean isServed(AllocatorSetup setup) {
      try {
        return setup.isServedBy(shim.memory());
      } catch (VirtMemException denied) {
        // Memory that is writable and executable at once, where the system never has it.
        return false;
      }
    }

    void requireDone(Class<?> test) throws IOException {
      shim.requireNothingLeft();
      assertThat(actions.actions()).isGreaterThanOrEqualTo(LEAST_ACTIONS);
      actions.report(test);
    }
  }

  /** Looks after a class whether it has done enough, unless all of it was skipped. */
  static final class EnoughWasDone implements AfterContainerHook {
    @Override
    public void afterContainer(ContainerLifecycleContext context) throws IOException {
      Class<?> test = context.optionalContainerClass().orElseThrow();
      Run run = RUNS.get(test);
      if (run != null) {
        run.requireDone(test);
      }
    }
  }
}
