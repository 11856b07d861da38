package io.jitmem.tool;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Call;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Memory of arenas that counts as executable but is not, on a system that may refuse some. */
public final class FakeVirtMem implements VirtMem {
  public static final String REFUSAL =
      "mmap(NULL, 4096, RWX) failed: EACCES (13): this system enforces W^X";

  private final Map<Long, Arena> mapped = new HashMap<>();
  private final boolean refusesRwx;
  private final boolean refusesDual;

  private FakeVirtMem(boolean refusesRwx, boolean refusesDual) {
    this.refusesRwx = refusesRwx;
    this.refusesDual = refusesDual;
  }

  /** Allows everything. */
  public static FakeVirtMem liberal() {
    return new FakeVirtMem(false, false);
  }

  /** Allows two views only. */
  public static FakeVirtMem hardened() {
    return new FakeVirtMem(true, false);
  }

  /** Allows nothing. */
  public static FakeVirtMem forbidding() {
    return new FakeVirtMem(true, true);
  }

  /** The number of mappings that were not released. */
  public int mappingCount() {
    return mapped.size();
  }

  @Override
  public String name() {
    return "Fake";
  }

  @Override
  public PageInfo pages() {
    return new PageInfo(4096, 65536, List.of(2L << 20));
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // release(segment) closes it
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    if (refusesRwx && protection == Protection.RWX) {
      throw refusal();
    }
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(byteSize, pages().granularity());
    mapped.put(memory.address(), arena);
    return memory;
  }

  @Override
  public void release(MemorySegment segment) {
    Arena arena = mapped.remove(segment.address());
    if (arena == null) {
      throw new IllegalArgumentException(segment + " is not mapped");
    }
    arena.close();
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    if (refusesRwx && protection.executable()) {
      throw refusal();
    }
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    if (refusesDual) {
      throw new VirtMemException(Kind.PERMISSION_DENIED, "two views are refused as well");
    }
    MemorySegment memory = allocate(byteSize, Protection.RW, options);
    return new DualMapping(memory, memory, "twice");
  }

  @Override
  public void release(DualMapping mapping) {
    release(mapping.rx());
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {}

  @Override
  public void synchronizeCores() {}

  @Override
  public HardenedRuntime hardenedRuntime() {
    return new HardenedRuntime(refusesRwx, false, !refusesDual);
  }

  @Override
  public Capabilities capabilities() {
    List<Capability> all = new ArrayList<>();
    all.add(
        refusesRwx
            ? Capability.unavailable(Ability.RWX, "mmap", REFUSAL)
            : Capability.available(Ability.RWX, "mmap", ""));
    all.add(Capability.available(Ability.DUAL_MAPPING, "twice", "both views are one"));
    for (Ability ability : Ability.values()) {
      if (ability != Ability.RWX && ability != Ability.DUAL_MAPPING) {
        all.add(Capability.unavailable(ability, "by \"" + ability + "\"", "a fake has none"));
      }
    }
    return new Capabilities(all);
  }

  @Override
  public List<Condition> conditions() {
    return List.of(
        Condition.restricting("quota", "1 page", "more than one is refused"),
        Condition.harmless("weather", "fine"));
  }

  private static VirtMemException refusal() {
    return new VirtMemException(
        Kind.PERMISSION_DENIED,
        new Call("mmap(NULL, 4096, RWX)", 13, "EACCES"),
        "this system enforces W^X");
  }
}
