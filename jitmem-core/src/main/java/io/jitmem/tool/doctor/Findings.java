package io.jitmem.tool.doctor;

import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.VirtMem;
import java.util.List;

/** What a backend answered. */
record Findings(
    String backend,
    PageInfo pages,
    HardenedRuntime hardened,
    StrategyChoice strategy,
    Capabilities capabilities,
    List<Condition> conditions) {
  /**
   * Asks a backend, and tries what it can do.
   *
   * @throws UnsupportedOperationException if the backend cannot be used at all, as when native
   *     access is denied to it
   */
  static Findings of(VirtMem virtMem) {
    return new Findings(
        virtMem.name(),
        virtMem.pages(),
        virtMem.hardenedRuntime(),
        StrategyChoice.on(virtMem),
        virtMem.capabilities(),
        virtMem.conditions());
  }
}
