package io.jitmem.windows;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.Placement;
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

  /** What a branch with a 32-bit displacement reaches. */
  private static final long NEAR = 2L << 30;

  private final WindowsVirtMem memory;
  private final LargePages largePages;
  private final WindowsSystem system;

  CapabilityProbe(WindowsVirtMem memory, LargePages largePages, WindowsSystem system) {
    this.memory = memory;
    this.largePages = largePages;
    this.system = system;
  }

  Capabilities probe() {
    List<Capability> all = new ArrayList<>();
    all.add(tried(Ability.RWX, "VirtualAlloc", this::tryReadWriteExecute));
    all.add(tried(Ability.RW_TO_RX, "VirtualProtect", this::tryWriteThenExecute));
    all.add(tried(Ability.DUAL_MAPPING, WindowsVirtMem.SECTION, this::tryDual));
    all.add(
        Capability.unavailable(
            Ability.MAP_JIT, "MAP_JIT", "Windows has no per-thread switch for executable memory"));
    all.add(tried(Ability.LARGE_PAGES, "MEM_LARGE_PAGES", this::tryLargePage));
    all.add(tried(Ability.RESERVE, "MEM_RESERVE", this::tryReserve));
    all.add(tried(Ability.RESERVE, "MEM_REPLACE_PLACEHOLDER of two views", this::tryReserveDual));
    all.add(
        tried(Ability.NEAR_PLACEMENT, "MEM_ADDRESS_REQUIREMENTS or VirtualQuery", this::tryNear));
    all.add(tried(Ability.DISCARD, "MEM_DECOMMIT", this::tryDiscardPrivate));
    all.add(tried(Ability.DISCARD, "MEM_RESET of two views", this::tryDiscardShared));
    all.add(tried(Ability.CORE_SYNCHRONIZATION, "FlushProcessWriteBuffers", this::trySynchronize));
    all.add(tried(Ability.GUARDED_BRANCHES, "SetProcessValidCallTargets", this::tryCallTargets));
    return new Capabilities(all);
  }

  private String tryReadWriteExecute() {
    memory.release(memory.allocate(page(), Protection.RWX));
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

  private String tryDual() {
    DualMapping dual = memory.allocateDual(page());
    try {
      requireSame(dual.rx(), dual.rw());
      return "";
    } finally {
      memory.release(dual);
    }
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
      listing.release(listing.allocateDual(page()));
      return "Control Flow Guard: calls that a compiler has put a check before enter at listed"
          + " places only";
    } catch (UnsupportedOperationException oneView) {
      return "Control Flow Guard, in memory with one view: " + oneView.getMessage();
    }
  }

  private String tryReserve() {
    MemorySegment reserved = memory.reserve(granule(), Placement.anywhere());
    try {
      MemorySegment part = reserved.asSlice(page(), page());
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
    MemorySegment reserved = memory.reserve(granule(), Placement.anywhere());
    try {
      MemorySegment rx = reserved.asSlice(0, page());
      MemorySegment rw = reserved.asSlice(page(), page());
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
      memory.release(memory.reserve(granule(), Placement.near(target.address(), NEAR)));
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
    return system.info().pageByteSize();
  }

  private long granule() {
    return system.info().granularity();
  }

  private static Capability tried(Ability ability, String mechanism, Supplier<String> attempt) {
    try {
      return Capability.available(ability, mechanism, attempt.get());
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return Capability.unavailable(ability, mechanism, String.valueOf(refused.getMessage()));
    }
  }
}
