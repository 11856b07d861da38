package io.jitmem.linux;

import io.jitmem.linux.LinuxEnvironment.HugePages;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Tries what the backend can do, mechanism by mechanism, and gives back all that it took. */
final class CapabilityProbe {
  private static final long PATTERN = 0x6a69746d656d2121L;

  private final LinuxVirtMem memory;
  private final LinuxEnvironment environment;
  private final CoreBarrier barrier;

  CapabilityProbe(LinuxVirtMem memory, LinuxEnvironment environment, CoreBarrier barrier) {
    this.memory = memory;
    this.environment = environment;
    this.barrier = barrier;
  }

  Capabilities probe() {
    List<Capability> all = new ArrayList<>();
    all.add(tried(Ability.RWX, "mmap", this::tryReadWriteExecute));
    all.add(tried(Ability.RW_TO_RX, "mprotect", this::tryWriteThenExecute));
    for (DualMechanism mechanism : DualMechanism.values()) {
      all.add(tried(Ability.DUAL_MAPPING, mechanism.text(), () -> tryDual(mechanism)));
    }
    all.add(
        Capability.unavailable(
            Ability.MAP_JIT, "MAP_JIT", "Linux has no per-thread switch for executable memory"));
    all.addAll(largePages());
    all.add(notOffered(Ability.RESERVE, "PROT_NONE mapping"));
    all.add(notOffered(Ability.NEAR_PLACEMENT, "MAP_FIXED_NOREPLACE"));
    all.add(tryBarrier());
    return new Capabilities(all);
  }

  private String tryReadWriteExecute() {
    MemorySegment page = memory.allocate(memory.pages().byteSize(), Protection.RWX);
    memory.release(page);
    return "";
  }

  private String tryWriteThenExecute() {
    MemorySegment page = memory.allocate(memory.pages().byteSize(), Protection.RW);
    try {
      memory.protect(page, Protection.RX);
      return "";
    } finally {
      memory.release(page);
    }
  }

  private String tryDual(DualMechanism mechanism) {
    DualMapping dual =
        memory.allocateDual(
            memory.pages().byteSize(), MappingOptions.NONE.withMechanism(mechanism.text()));
    try {
      dual.rw().set(ValueLayout.JAVA_LONG, 0, PATTERN);
      if (dual.rx().get(ValueLayout.JAVA_LONG, 0) != PATTERN) {
        throw new UnsupportedOperationException(
            "a write to one view is not seen through the other");
      }
      return "";
    } finally {
      memory.release(dual);
    }
  }

  private List<Capability> largePages() {
    List<Capability> sizes = new ArrayList<>();
    for (HugePages size : environment.hugePages()) {
      String mechanism = "MAP_HUGETLB of " + text(size.byteSize());
      sizes.add(tried(Ability.LARGE_PAGES, mechanism, () -> tryLargePage(size)));
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

  private static String text(long byteSize) {
    if (byteSize < 1 << 20) {
      return (byteSize >> 10) + " KiB";
    }
    return byteSize < 1 << 30 ? (byteSize >> 20) + " MiB" : (byteSize >> 30) + " GiB";
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

  private static Capability notOffered(Ability ability, String mechanism) {
    return Capability.unavailable(ability, mechanism, "this backend does not offer it");
  }

  private static Capability tried(Ability ability, String mechanism, Supplier<String> attempt) {
    try {
      return Capability.available(ability, mechanism, attempt.get());
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return Capability.unavailable(ability, mechanism, String.valueOf(refused.getMessage()));
    }
  }
}
