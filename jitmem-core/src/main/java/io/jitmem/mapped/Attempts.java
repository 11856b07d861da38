package io.jitmem.mapped;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/**
 * Tries what a backend may be able to do, one ability by one mechanism at a time, and gives back
 * all that it took. {@code mechanism} is the name of the means in the report.
 */
public final class Attempts {
  private static final long PATTERN = 0x6a69746d656d2121L;

  /** What a branch with a 32-bit displacement reaches. */
  private static final long NEAR = 2L << 30;

  private final VirtMem memory;

  /** Attempts with a backend. */
  public Attempts(VirtMem memory) {
    this.memory = memory;
  }

  /** What came of an attempt, which answers with a remark or is refused with the reason. */
  public static Capability of(Ability ability, String mechanism, Supplier<String> attempt) {
    try {
      return Capability.available(ability, mechanism, attempt.get());
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return Capability.unavailable(ability, mechanism, String.valueOf(refused.getMessage()));
    }
  }

  /** Memory that is writable and executable at once. */
  public Capability readWriteExecute(String mechanism) {
    return tried(Ability.RWX, mechanism, this::allocateReadWriteExecute);
  }

  /** Memory that is written first and then made executable. */
  public Capability writeThenExecute(String mechanism) {
    return tried(Ability.RW_TO_RX, mechanism, this::makeExecutable);
  }

  /** Memory with two views, by a mechanism that {@link MappingOptions#mechanism()} may name. */
  public Capability dual(String mechanism) {
    return tried(Ability.DUAL_MAPPING, mechanism, () -> mapTwice(mechanism));
  }

  /** Memory under the per-thread write switch, written through it. */
  public Capability underSwitch(String mechanism) {
    return tried(Ability.MAP_JIT, mechanism, this::writeUnderSwitch);
  }

  /** Address space that is reserved, committed, decommitted and committed again. */
  public Capability reserve(String mechanism) {
    return tried(Ability.RESERVE, mechanism, this::commitTwice);
  }

  /** Two views in reserved address space. */
  public Capability reserveDual(String mechanism) {
    return tried(Ability.RESERVE, mechanism, this::commitDual);
  }

  /** Address space near an address. */
  public Capability near(String mechanism) {
    return tried(Ability.NEAR_PLACEMENT, mechanism, this::reserveNear);
  }

  /** Private memory that is given back while it stays mapped. */
  public Capability discardPrivate(String mechanism) {
    return tried(Ability.DISCARD, mechanism, this::discardPrivate);
  }

  /** Memory with two views that is given back while it stays mapped. */
  public Capability discardShared(String mechanism) {
    return tried(Ability.DISCARD, mechanism, this::discardShared);
  }

  /**
   * Executable memory of which branches are guarded.
   *
   * @param whyNot the reason if the backend has no such guard
   */
  public Capability guardedBranches(String mechanism, String whyNot) {
    return tried(Ability.GUARDED_BRANCHES, mechanism, () -> allocateGuarded(whyNot));
  }

  private static Capability tried(Ability ability, String mechanism, Runnable attempt) {
    return of(
        ability,
        mechanism,
        () -> {
          attempt.run();
          return "";
        });
  }

  private void allocateReadWriteExecute() {
    memory.release(memory.allocate(page(), Protection.RWX));
  }

  private void makeExecutable() {
    MemorySegment page = memory.allocate(page(), Protection.RW);
    try {
      memory.protect(page, Protection.RX);
    } finally {
      memory.release(page);
    }
  }

  private void mapTwice(String mechanism) {
    DualMapping dual = memory.allocateDual(page(), MappingOptions.NONE.withMechanism(mechanism));
    try {
      requireSame(dual.rx(), dual.rw());
    } finally {
      memory.release(dual);
    }
  }

  private void writeUnderSwitch() {
    MemorySegment page = memory.allocate(page(), Protection.RWX, MappingOptions.NONE.withMapJit());
    try {
      memory.writeJit(page.asSlice(0, Long.BYTES), MemorySegment.ofArray(new long[] {PATTERN}));
      if (page.get(ValueLayout.JAVA_LONG, 0) != PATTERN) {
        throw new UnsupportedOperationException("a write under the switch is not seen");
      }
    } finally {
      memory.release(page);
    }
  }

  private void commitTwice() {
    MemorySegment reserved = memory.reserve(2 * granularity(), Placement.anywhere());
    try {
      MemorySegment part = reserved.asSlice(granularity());
      memory.commit(part, Protection.RW);
      part.set(ValueLayout.JAVA_LONG, 0, PATTERN);
      memory.decommit(part);
      memory.commit(part, Protection.R);
      requireZero(part, "memory that was committed again is not empty");
    } finally {
      memory.release(reserved);
    }
  }

  private void commitDual() {
    MemorySegment reserved = memory.reserve(2 * granularity(), Placement.anywhere());
    try {
      MemorySegment rx = reserved.asSlice(0, granularity());
      MemorySegment rw = reserved.asSlice(granularity());
      memory.commitDual(rx, rw);
      requireSame(rx, rw);
    } finally {
      memory.release(reserved);
    }
  }

  private void reserveNear() {
    MemorySegment target = memory.allocate(page(), Protection.NONE);
    try {
      memory.release(memory.reserve(granularity(), Placement.near(target.address(), NEAR)));
    } finally {
      memory.release(target);
    }
  }

  private void discardPrivate() {
    MemorySegment part = memory.allocate(page(), Protection.RW);
    try {
      requireDiscarded(part);
    } finally {
      memory.release(part);
    }
  }

  private void discardShared() {
    DualMapping dual = memory.allocateDual(page());
    try {
      requireDiscarded(dual.rw());
    } finally {
      memory.release(dual);
    }
  }

  private void allocateGuarded(String whyNot) {
    VirtMem guarding = memory.guardingBranches();
    if (!guarding.guardsBranches()) {
      throw new UnsupportedOperationException(whyNot);
    }
    guarding.release(guarding.allocate(page(), Protection.RX));
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

  private long granularity() {
    return memory.pages().granularity();
  }
}
