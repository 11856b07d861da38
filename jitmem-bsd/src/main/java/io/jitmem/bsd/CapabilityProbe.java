package io.jitmem.bsd;

import io.jitmem.mapped.Attempts;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.List;

/** Tries what the backend can do, mechanism by mechanism, and gives back all that it took. */
record CapabilityProbe(VirtMem memory, CoreBarrier barrier, List<String> dualMechanisms) {
  Capabilities probe(String noSwitch, BsdSystem system) {
    Attempts attempts = new Attempts(memory);
    List<Capability> all = new ArrayList<>();
    all.add(attempts.readWriteExecute("mmap"));
    all.add(attempts.writeThenExecute("mprotect"));
    dualMechanisms.forEach(mechanism -> all.add(attempts.dual(mechanism)));
    all.add(Capability.unavailable(Ability.MAP_JIT, "MAP_JIT", noSwitch));
    all.add(
        Capability.unavailable(Ability.LARGE_PAGES, "mmap with large pages", system.largePages()));
    all.add(attempts.reserve("PROT_NONE mapping"));
    all.add(attempts.reserveDual("MAP_FIXED of two views"));
    all.add(attempts.near("mmap at an address"));
    all.add(
        Capability.unavailable(
            Ability.DISCARD,
            "MADV_FREE",
            "no call of "
                + system.name()
                + " empties pages that stay mapped for certain; MADV_FREE may leave what they held"));
    all.add(
        Attempts.of(
            Ability.CORE_SYNCHRONIZATION,
            barrier.mechanism(),
            () -> {
              barrier.synchronizeCores();
              return "";
            }));
    all.add(
        attempts.guardedBranches(
            "guarded mappings", "this backend has no call that asks " + system.name() + " for it"));
    return new Capabilities(all);
  }
}
