package com.example.arena;

import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Capability;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Memory of arenas. It can hold code, but nobody can execute it, and protections are noted, not
 * enforced: a double for tests of programs that build on an allocator. Its methods are
 * synchronized, which makes it thread-safe.
 */
public final class ArenaVirtMem implements VirtMem {
  private static final PageInfo PAGES = new PageInfo(4096, 4096, List.of());
  private static final long CAPACITY = 1L << 30;

  private record Mapping(Arena arena, MemorySegment memory, Protection[] pages) {
    int page(long address) {
      return (int) ((address - memory.address()) / PAGES.byteSize());
    }
  }

  private final TreeMap<Long, Mapping> byAddress = new TreeMap<>();
  private long mappedBytes;

  /** A backend with nothing mapped. */
  public ArenaVirtMem() {}

  /**
   * What was noted of a page.
   *
   * @param address an address in it
   * @return its protection, or empty if it is not mapped
   */
  public synchronized Optional<Protection> protection(long address) {
    Map.Entry<Long, Mapping> below = byAddress.floorEntry(address);
    return Optional.ofNullable(below)
        .map(Map.Entry::getValue)
        .filter(mapping -> address - mapping.memory().address() < mapping.memory().byteSize())
        .map(mapping -> mapping.pages()[mapping.page(address)]);
  }

  /**
   * What is mapped at this moment.
   *
   * @return a size in bytes
   */
  public synchronized long mappedBytes() {
    return mappedBytes;
  }

  @Override
  public String name() {
    return "Arena";
  }

  @Override
  public PageInfo pages() {
    return PAGES;
  }

  @Override
  public synchronized MemorySegment allocate(
      long byteSize, Protection protection, MappingOptions options) {
    PAGES.requireWholePages(byteSize);
    requireOffered(options);
    if (byteSize > CAPACITY - mappedBytes) {
      throw new VirtMemException(
          Kind.OUT_OF_MEMORY,
          byteSize + " bytes are more than are left of " + CAPACITY + ": " + mappedBytes + " used");
    }
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(byteSize, PAGES.granularity());
    Protection[] pages = new Protection[(int) (byteSize / PAGES.byteSize())];
    Arrays.fill(pages, protection);
    byAddress.put(memory.address(), new Mapping(arena, memory, pages));
    mappedBytes += byteSize;
    return memory;
  }

  /** Everything that changes what the memory is must be refused if it is not there. */
  private static void requireOffered(MappingOptions options) {
    if (options.mechanism().isPresent() || options.preferTemporaryFile()) {
      throw new IllegalArgumentException("for dual mappings only: " + options);
    }
    if (options.largePageByteSize() > 0
        || options.shared()
        || options.mapJit()
        || options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException("an arena has plain memory only, not " + options);
    }
  }

  @Override
  public synchronized void release(MemorySegment segment) {
    Mapping mapping = find(segment);
    if (segment.byteSize() != mapping.memory().byteSize()) {
      throw new IllegalArgumentException(segment + " is a part of " + mapping.memory());
    }
    mapping.arena().close(); // refuses, and changes nothing, while a native call is in it
    byAddress.remove(segment.address());
    mappedBytes -= segment.byteSize();
  }

  @Override
  public synchronized void protect(MemorySegment range, Protection protection) {
    Mapping mapping = find(range);
    PAGES.requireWholePages(range.byteSize());
    if (range.address() % PAGES.byteSize() != 0) {
      throw new IllegalArgumentException(range + " does not begin with a page");
    }
    int first = mapping.page(range.address());
    int count = (int) (range.byteSize() / PAGES.byteSize());
    Arrays.fill(mapping.pages(), first, first + count, protection);
  }

  /** The scope tells a live segment of this backend from everything else at its address. */
  private Mapping find(MemorySegment segment) {
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(segment + " was released before");
    }
    Map.Entry<Long, Mapping> below = byAddress.floorEntry(segment.address());
    if (below == null || !below.getValue().memory().scope().equals(segment.scope())) {
      throw new IllegalArgumentException(segment + " is not memory of this backend");
    }
    return below.getValue();
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    PAGES.requireWholePages(byteSize);
    throw new UnsupportedOperationException("an arena has its memory at one address");
  }

  @Override
  public void release(DualMapping mapping) {
    throw new IllegalArgumentException("this backend has no dual mappings: " + mapping);
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException(range + " is not native memory");
    }
    if (!range.scope().isAlive()) {
      throw new IllegalStateException(range + " was released before");
    }
  }

  @Override
  public void synchronizeCores() {
    // No core ever fetches from here.
  }

  @Override
  public HardenedRuntime hardenedRuntime() {
    return new HardenedRuntime(false, false, false);
  }

  @Override
  public Capabilities capabilities() {
    List<Capability> all = new ArrayList<>();
    for (Ability ability : Ability.values()) {
      all.add(
          switch (ability) {
            case RWX, RW_TO_RX -> yes(ability, "noted, not enforced; nothing can be executed");
            case CORE_SYNCHRONIZATION -> yes(ability, "nothing to do");
            case DUAL_MAPPING -> no(ability, "an arena has its memory at one address");
            case MAP_JIT -> no(ability, "an arena has no write switch");
            case LARGE_PAGES -> no(ability, "the JVM does not say what its pages are");
            case RESERVE, NEAR_PLACEMENT -> no(ability, "an arena has no memory without contents");
            case DISCARD -> no(ability, "an arena keeps its memory until it is closed");
            case GUARDED_BRANCHES -> no(ability, "nothing can be executed");
          });
    }
    return new Capabilities(all);
  }

  private static Capability yes(Ability ability, String remark) {
    return Capability.available(ability, "arena", remark);
  }

  private static Capability no(Ability ability, String reason) {
    return Capability.unavailable(ability, "arena", reason);
  }
}
