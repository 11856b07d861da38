package io.jitmem.linux;

import io.jitmem.linux.LinuxEnvironment.HugePages;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Tries what the backend can do, mechanism by mechanism, and gives back all that it took. */
final class CapabilityProbe {
  private static final long PATTERN = 0x6a69746d656d2121L;

  /** What a branch with a 32-bit displacement reaches. */
  private static final long NEAR = 2L << 30;

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
    all.add(tried(Ability.RESERVE, "PROT_NONE mapping", this::tryReserve));
    all.add(tried(Ability.RESERVE, "MAP_FIXED of two views", this::tryReserveDual));
    all.add(tried(Ability.NEAR_PLACEMENT, "MAP_FIXED_NOREPLACE", this::tryNear));
    all.add(tried(Ability.DISCARD, "MADV_DONTNEED", this::tryDiscardPrivate));
    all.add(tried(Ability.DISCARD, "MADV_REMOVE", this::tryDiscardShared));
    all.add(tryBarrier());
    all.add(tried(Ability.GUARDED_BRANCHES, BranchGuard.MECHANISM, this::tryGuard));
    return new Capabilities(all);
  }

  private String tryReadWriteExecute() {
    MemorySegment page = memory.allocate(page(), Protection.RWX);
    memory.release(page);
    return "";
  }

  private String tryWriteThenExecute() {
    MemorySegment page = memory.allocate(page(), Protection.RW);
    try {
      memory.protect(page, Protection.RX);
      return "";
    } finally {
      memory.release(page);
    }
  }

  private String tryDual(DualMechanism mechanism) {
    DualMapping dual =
        memory.allocateDual(page(), MappingOptions.NONE.withMechanism(mechanism.text()));
    try {
      requireSame(dual.rx(), dual.rw());
      return "";
    } finally {
      memory.release(dual);
    }
  }

  private List<Capability> largePages() {
    List<Capability> sizes = new ArrayList<>();
    for (HugePages size : environment.hugePages()) {
      String mechanism = "MAP_HUGETLB of " + size.sizeText();
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

  private String tryGuard() {
    VirtMem guarding = memory.guardingBranches();
    if (!guarding.guardsBranches()) {
      throw new UnsupportedOperationException(BranchGuard.whyNot(abi));
    }
    guarding.release(guarding.allocate(page(), Protection.RX));
    return "";
  }

  private String tryReserve() {
    MemorySegment reserved = memory.reserve(2 * page(), Placement.anywhere());
    try {
      MemorySegment part = reserved.asSlice(page());
      memory.commit(part, Protection.RW);
      part.set(ValueLayout.JAVA_LONG, 0, PATTERN);
      memory.decommit(part);
      memory.commit(part, Protection.R);
      requireZero(part, "memory that was committed again is not empty");
      return "";
    } finally {
      memory.release(reserved);
    }
  }

  private String tryReserveDual() {
    MemorySegment reserved = memory.reserve(2 * page(), Placement.anywhere());
    try {
      MemorySegment rx = reserved.asSlice(0, page());
      MemorySegment rw = reserved.asSlice(page());
      memory.commitDual(rx, rw);
      requireSame(rx, rw);
      return "";
    } finally {
      memory.release(reserved);
    }
  }

  private String tryNear() {
    MemorySegment target = memory.allocate(page(), Protection.NONE);
    try {
      memory.release(memory.reserve(page(), Placement.near(target.address(), NEAR)));
      return "";
    } finally {
      memory.release(target);
    }
  }

  private String tryDiscardPrivate() {
    MemorySegment part = memory.allocate(page(), Protection.RW);
    try {
      requireDiscarded(part);
      return "";
    } finally {
      memory.release(part);
    }
  }

  private String tryDiscardShared() {
    DualMapping dual = memory.allocateDual(page());
    try {
      requireDiscarded(dual.rw());
      return "";
    } finally {
      memory.release(dual);
    }
  }

  private void requireDiscarded(MemorySegment part) {
    part.set(ValueLayout.JAVA_LONG, 0, PATTERN);
    memory.discard(part);
    requireZero(part, "memory keeps its contents");
  }

  private static void requireZero(MemorySegment part, String otherwise) {
    if (part.get(ValueLayout.JAVA_LONG, 0) != 0) {
      throw new UnsupportedOperationException(otherwise);
    }
  }

  private static void requireSame(MemorySegment rx, MemorySegment rw) {
    rw.set(ValueLayout.JAVA_LONG, 0, PATTERN);
    if (rx.get(ValueLayout.JAVA_LONG, 0) != PATTERN) {
      throw new UnsupportedOperationException("a write to one view is not seen through the other");
    }
  }

  private long page() {
    return memory.pages().byteSize();
  }

  private static Capability tried(Ability ability, String mechanism, Supplier<String> attempt) {
    try {
      return Capability.available(ability, mechanism, attempt.get());
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return Capability.unavailable(ability, mechanism, String.valueOf(refused.getMessage()));
    }
  }
}
