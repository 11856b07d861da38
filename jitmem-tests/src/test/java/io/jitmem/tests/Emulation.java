package io.jitmem.tests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.VirtMem;

/** What an emulator of this JVM's CPU cannot do; a real CPU is excused from nothing. */
final class Emulation {
  private Emulation() {}

  static boolean isOn() {
    return System.getProperty("jitmem.emulated") != null;
  }

  /** Skips the test where an emulator would run stale code through two views, and so has none. */
  static void assumeOffered(WriteStrategy strategy) {
    if (isOn() && strategy == WriteStrategy.DUAL) {
      VirtMem memory = VirtMem.host();
      assumeTrue(
          memory.capabilities().allows(Ability.DUAL_MAPPING),
          () -> memory.capabilities().of(Ability.DUAL_MAPPING).getFirst().detail());
    }
  }
}
