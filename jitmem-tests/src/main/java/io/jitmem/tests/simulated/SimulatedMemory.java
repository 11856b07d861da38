package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.backing.Backing;
import io.jitmem.tests.simulated.books.AddressSet;
import io.jitmem.tests.simulated.books.Mapping;
import io.jitmem.tests.simulated.books.Mapping.Kind;
import io.jitmem.tests.simulated.books.MappingTable;
import io.jitmem.tests.simulated.books.Page;
import io.jitmem.tests.simulated.books.Page.Use;
import io.jitmem.tests.simulated.books.PageTable;
import io.jitmem.tests.simulated.books.Runs.Run;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * All state of a simulated system: what is mapped, what its pages are, and what is behind them.
 * Arguments were checked before. Not thread-safe: {@link SimulatedVirtMem} has the lock.
 */
final class SimulatedMemory {
  private final SimulatedSystem system;
  private final Backing backing;
  private final MappingTable mappings = new MappingTable();
  private final PageTable pages = new PageTable();
  private final SimulatedCores cores;
  private final JitSwitch jitSwitch = new JitSwitch();
  private final CallTargetBook callTargets = new CallTargetBook();

  /** Frames that were given back and not written or populated since, as far as is known. */
  private final AddressSet discarded = new AddressSet();

  SimulatedMemory(SimulatedSystem system, Backing backing) {
    this.system = system;
    this.backing = backing;
    cores = new SimulatedCores(pages, backing);
  }

  MappingTable mappings() {
    return mappings;
  }

  PageTable pages() {
    return pages;
  }

  Backing backing() {
    return backing;
  }

  SimulatedCores cores() {
    return cores;
  }

  JitSwitch jitSwitch() {
    return jitSwitch;
  }

  CallTargetBook callTargets() {
    return callTargets;
  }

  AddressSet discarded() {
    return discarded;
  }

  MemorySegment allocate(
      String call, long byteSize, Protection protection, MappingOptions options) {
    requireMemory(call, byteSize);
    long address = placed(call, backing.addressSpace().take(byteSize, alignment(options)));
    Page page = Page.plain(protection, backing.newFrames(address, byteSize) - address);
    Page bounded = page.withMaximum(options.maximumProtection().orElse(Protection.RWX));
    pages.set(address, byteSize, options.mapJit() ? bounded.withJit() : bounded);
    Arena scope = backing.newScope(options);
    MemorySegment segment = backing.segment(address, byteSize, scope);
    mappings.add(new Mapping(scope, segment, segment, options, Kind.PLAIN));
    return segment;
  }

  DualMapping allocateDual(String call, long byteSize, String mechanism, MappingOptions options) {
    requireMemory(call, byteSize);
    long rx = placed(call, backing.addressSpace().take(byteSize, alignment(options)));
    long rw = secondView(call, rx, byteSize, alignment(options));
    mapTwice(rx, rw, byteSize);
    Arena scope = backing.newScope(options);
    MemorySegment first = backing.segment(rx, byteSize, scope);
    MemorySegment second = backing.segment(rw, byteSize, scope);
    mappings.add(new Mapping(scope, first, second, options, Kind.DUAL));
    return new DualMapping(first, second, mechanism);
  }

  MemorySegment reserve(long address, long byteSize) {
    pages.set(address, byteSize, Page.RESERVED);
    Arena scope = backing.newScope(MappingOptions.NONE);
    MemorySegment segment = backing.segment(address, byteSize, scope);
    mappings.add(new Mapping(scope, segment, segment, MappingOptions.NONE, Kind.RESERVATION));
    return segment;
  }

  /** Unmaps a mapping, unless a native call is in one of its segments. */
  void release(Mapping mapping) {
    try {
      mapping.end();
    } catch (IllegalStateException inUse) {
      throw new IllegalStateException(
          mapping + " is in use by a native call and cannot be released now", inUse);
    }
    mappings.remove(mapping);
    unmap(mapping.first());
    if (mapping.isDual()) {
      unmap(mapping.second());
    }
  }

  void commit(String call, MemorySegment range, Protection protection) {
    requireMemory(call, range.byteSize());
    long frame = backing.newFrames(range.address(), range.byteSize());
    set(range, Page.plain(protection, frame - range.address()));
  }

  void commitDual(String call, MemorySegment rx, MemorySegment rw) {
    requireMemory(call, rx.byteSize());
    mapTwice(rx.address(), rw.address(), rx.byteSize());
  }

  void decommit(MemorySegment range) {
    dropMemory(range.address(), range.byteSize());
    cores.forget(range.address(), range.byteSize());
    callTargets.forget(range.address(), range.address() + range.byteSize());
    set(range, Page.RESERVED);
  }

  /** Makes pages zero and counts their memory as given back. */
  void discard(MemorySegment range) {
    for (Run<Page> run : pages.in(range.address(), range.byteSize())) {
      long frame = run.start() + run.value().frameDistance();
      backing.clear(frame, run.byteSize());
      discarded.add(frame, frame + run.byteSize());
      cores.written(run);
    }
  }

  /** Stores bytes in pages that were found to be there. */
  void write(long address, byte[] bytes) {
    for (Run<Page> run : pages.in(address, bytes.length)) {
      int from = (int) (run.start() - address);
      long frame = run.start() + run.value().frameDistance();
      backing.write(frame, bytes, from, (int) run.byteSize());
      discarded.remove(frame, frame + run.byteSize());
      cores.written(run);
    }
  }

  void populate(MemorySegment range) {
    for (Run<Page> run : pages.in(range.address(), range.byteSize())) {
      long frame = run.start() + run.value().frameDistance();
      discarded.remove(frame, frame + run.byteSize());
    }
  }

  private void mapTwice(long rx, long rw, long byteSize) {
    long frame = backing.newFrames(rx, byteSize);
    pages.set(rx, byteSize, Page.executable(frame - rx, rw - rx));
    pages.set(rw, byteSize, Page.writable(frame - rw, rx - rw));
  }

  private long secondView(String call, long rx, long byteSize, long alignment) {
    OptionalLong fixed = backing.secondView(rx);
    OptionalLong rw = fixed.isPresent() ? fixed : backing.addressSpace().take(byteSize, alignment);
    if (rw.isEmpty()) {
      backing.addressSpace().giveBack(rx, byteSize);
    }
    return placed(call, rw);
  }

  private void unmap(MemorySegment view) {
    dropMemory(view.address(), view.byteSize());
    cores.forget(view.address(), view.byteSize());
    callTargets.forget(view.address(), view.address() + view.byteSize());
    Page page = pages.at(view.address());
    boolean ownPlace = page == null || page.use() != Use.WRITABLE_VIEW || backing.mapsAnywhere();
    pages.remove(view.address(), view.byteSize());
    if (ownPlace) {
      backing.addressSpace().giveBack(view.address(), view.byteSize());
    }
  }

  /** Of two views, the memory goes with the one to write; what is left of the other is zeros. */
  private void dropMemory(long address, long byteSize) {
    for (Run<Page> run : pages.in(address, byteSize)) {
      if (run.value().hasMemory()) {
        long frame = run.start() + run.value().frameDistance();
        discarded.remove(frame, frame + run.byteSize());
        if (backing.mapsAnywhere()) {
          backing.clear(frame, run.byteSize());
        }
        cores.written(run);
      }
    }
  }

  private void set(MemorySegment range, Page page) {
    pages.set(range.address(), range.byteSize(), page);
  }

  private void requireMemory(String call, long byteSize) {
    long left = system.memoryByteSize() - pages.committedBytes();
    if (byteSize > left) {
      throw Refusals.outOfMemory(
          call, left + " of " + system.memoryByteSize() + " bytes of memory are left");
    }
  }

  private long alignment(MappingOptions options) {
    return Math.max(system.pages().granularity(), options.largePageByteSize());
  }

  private static long placed(String call, OptionalLong address) {
    return address.orElseThrow(() -> Refusals.outOfMemory(call, "no free addresses in a row"));
  }
}
