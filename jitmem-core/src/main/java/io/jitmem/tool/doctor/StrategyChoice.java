package io.jitmem.tool.doctor;

import io.jitmem.allocator.AllocatorStatistics;
import io.jitmem.allocator.JitAllocator;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;

/**
 * The write strategy that an allocator takes.
 *
 * @param name of the strategy, or empty if the system refuses all
 * @param reason why this one, or why none
 */
record StrategyChoice(String name, String reason) {
  /** Lets an allocator with the default options choose. */
  static StrategyChoice on(VirtMem virtMem) {
    try (JitAllocator allocator = JitAllocator.builder().virtMem(virtMem).build()) {
      AllocatorStatistics statistics = allocator.statistics();
      return new StrategyChoice(statistics.strategy().name(), statistics.strategyReason());
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return new StrategyChoice("", String.valueOf(refused.getMessage()));
    }
  }

  boolean isPossible() {
    return !name.isEmpty();
  }
}
