package io.jitmem.windows;

import io.jitmem.mapped.Attempts;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import java.util.ArrayList;
import java.util.List;

/** Tries what the backend can do, mechanism by mechanism, and gives back all that it took. */
record CapabilityProbe(WindowsVirtMem memory, LargePages largePages, WindowsSystem system) {
  Capabilities probe() {
    Attempts attempts = new Attempts(memory);
    List<Capability> all = new ArrayList<>();
    all.add(attempts.readWriteExecute("VirtualAlloc"));
    all.add(attempts.writeThenExecute("VirtualProtect"));
    all.add(attempts.dual(WindowsVirtMem.SECTION));
    all.add(
        Capability.unavailable(
            Ability.MAP_JIT, "MAP_JIT", "Windows has no per-thread switch for executable memory"));
    all.add(Attempts.of(Ability.LARGE_PAGES, "MEM_LARGE_PAGES", this::tryLargePage));
    all.add(attempts.reserve("MEM_RESERVE"));
    all.add(attempts.reserveDual("MEM_REPLACE_PLACEHOLDER of two views"));
    all.add(attempts.near("MEM_ADDRESS_REQUIREMENTS or VirtualQuery"));
    all.add(attempts.discardPrivate("MEM_DECOMMIT"));
    all.add(attempts.discardShared("MEM_RESET of two views"));
    all.add(
        Attempts.of(
            Ability.CORE_SYNCHRONIZATION, "FlushProcessWriteBuffers", this::trySynchronize));
    all.add(
        Attempts.of(Ability.GUARDED_BRANCHES, "SetProcessValidCallTargets", this::tryCallTargets));
    return new Capabilities(all);
  }

  private String tryLargePage() {
    largePages.attempt();
    return system.largePageByteSize() + " bytes each";
  }

  private String trySynchronize() {
    memory.synchronizeCores();
    return "it interrupts every core of this process; that a core is serialised by that is not"
        + " documented";
  }

  private String tryCallTargets() {
    WindowsVirtMem listing = memory.listingCallTargets();
    try {
      listing.release(listing.allocateDual(system.info().pageByteSize()));
      return "Control Flow Guard: calls that a compiler has put a check before enter at listed"
          + " places only";
    } catch (UnsupportedOperationException oneView) {
      return "Control Flow Guard, in memory with one view: " + oneView.getMessage();
    }
  }
}
