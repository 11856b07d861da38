package io.jitmem.linux;

import io.jitmem.linux.LinuxEnvironment.HugePages;
import io.jitmem.mapped.Attempts;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;

/** Tries what the backend can do, mechanism by mechanism, and gives back all that it took. */
final class CapabilityProbe {
  private final LinuxAbi abi;
  private final LinuxVirtMem memory;
  private final LinuxEnvironment environment;
  private final CoreBarrier barrier;

  CapabilityProbe(
      LinuxAbi abi, LinuxVirtMem memory, LinuxEnvironment environment, CoreBarrier barrier) {
    this.abi = abi;
    this.memory = memory;
    this.environment = environment;
    this.barrier = barrier;
  }

  Capabilities probe() {
    Attempts attempts = new Attempts(memory);
    List<Capability> all = new ArrayList<>();
    all.add(attempts.readWriteExecute("mmap"));
    all.add(attempts.writeThenExecute("mprotect"));
    for (DualMechanism mechanism : DualMechanism.values()) {
      all.add(attempts.dual(mechanism.text()));
    }
    all.add(
        Capability.unavailable(
            Ability.MAP_JIT, "MAP_JIT", "Linux has no per-thread switch for executable memory"));
    all.addAll(largePages());
    all.add(attempts.reserve("PROT_NONE mapping"));
    all.add(attempts.reserveDual("MAP_FIXED of two views"));
    all.add(attempts.near("MAP_FIXED_NOREPLACE"));
    all.add(attempts.discardPrivate("MADV_DONTNEED"));
    all.add(attempts.discardShared("MADV_REMOVE"));
    all.add(tryBarrier());
    all.add(attempts.guardedBranches(BranchGuard.MECHANISM, BranchGuard.whyNot(abi)));
    return new Capabilities(all);
  }

  private List<Capability> largePages() {
    List<Capability> sizes = new ArrayList<>();
    for (HugePages size : environment.hugePages()) {
      String mechanism = "MAP_HUGETLB of " + size.sizeText();
      sizes.add(Attempts.of(Ability.LARGE_PAGES, mechanism, () -> tryLargePage(size)));
    }
    if (sizes.isEmpty()) {
      sizes.add(
          Capability.unavailable(
              Ability.LARGE_PAGES,
              "MAP_HUGETLB",
              "the kernel offers no huge pages (no hugetlbfs)"));
    }
    return sizes;
  }

  private String tryLargePage(HugePages size) {
    if (!size.accessible()) {
      throw new UnsupportedOperationException(
          "the pool of this size has no free page (nr_hugepages, nr_overcommit_hugepages)");
    }
    MappingOptions options = MappingOptions.NONE.withLargePages(size.byteSize());
    memory.release(memory.allocate(size.byteSize(), Protection.RW, options));
    return size.free() + " free, " + size.overcommit() + " more on demand";
  }

  private Capability tryBarrier() {
    try {
      memory.synchronizeCores();
      return Capability.available(Ability.CORE_SYNCHRONIZATION, barrier.mechanism(), "");
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return Capability.unavailable(
          Ability.CORE_SYNCHRONIZATION, "membarrier", String.valueOf(refused.getMessage()));
    }
  }
}
