package io.jitmem.tests;

import io.jitmem.shims.UnixShim;
import io.jitmem.virtmem.VirtMem;
import org.junit.jupiter.api.AfterEach;

/**
 * The contract over our reading of a system: the shim complains of what the system would not take,
 * and nothing may give it cause to.
 */
abstract class ShimContract extends VirtMemContract {
  private final UnixShim shim;

  ShimContract(UnixShim shim) {
    this.shim = shim;
  }

  @Override
  protected final VirtMem virtMem() {
    return shim.memory();
  }

  @Override
  protected final AccessProbe probe() {
    return ToldProbe.byMaps();
  }

  @Override
  protected final long mappedBytes() {
    return shim.mappedBytes()
        + shim.leftovers().values().stream().mapToLong(Integer::longValue).sum();
  }

  @AfterEach
  void nothing_is_left_and_nothing_was_asked_for_that_the_system_would_not_take() {
    shim.requireNothingLeft();
  }
}
