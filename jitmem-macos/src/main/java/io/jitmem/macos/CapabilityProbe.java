package io.jitmem.macos;

import io.jitmem.mapped.Attempts;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.List;

/** Tries what the backend can do, mechanism by mechanism, and gives back all that it took. */
record CapabilityProbe(VirtMem memory) {
  static final String NO_LARGE_PAGES =
      "superpages, which Intel's processors have (VM_FLAGS_SUPERPAGE_SIZE_2MB), are not asked for by"
          + " this backend; Apple's have none";

  Capabilities probe() {
    Attempts attempts = new Attempts(memory);
    List<Capability> all = new ArrayList<>();
    all.add(attempts.readWriteExecute("mmap"));
    all.add(attempts.writeThenExecute("mprotect"));
    all.add(attempts.dual(RemapRoute.MECHANISM));
    all.add(attempts.underSwitch("MAP_JIT"));
    all.add(
        Capability.unavailable(Ability.LARGE_PAGES, "VM_FLAGS_SUPERPAGE_SIZE_2MB", NO_LARGE_PAGES));
    all.add(attempts.reserve("PROT_NONE mapping"));
    all.add(attempts.reserveDual("mach_vm_remap over it"));
    all.add(attempts.near("mach_vm_map at an address"));
    all.add(
        Capability.unavailable(
            Ability.DISCARD,
            "MADV_FREE",
            "no call of macOS empties pages that stay mapped for certain; MADV_FREE may leave what they"
                + " held"));
    all.add(
        Attempts.of(
            Ability.CORE_SYNCHRONIZATION,
            ThreadCalls.THREAD_GET_REGISTER_POINTER_VALUES.symbol(),
            () -> {
              memory.synchronizeCores();
              return "";
            }));
    all.add(
        attempts.guardedBranches(
            "guarded mappings", "no call is known by which a program asks macOS for it"));
    return new Capabilities(all);
  }
}
