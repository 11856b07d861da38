package io.jitmem.macos;

import io.jitmem.mapped.MappedMemory;
import io.jitmem.mapped.Mappings;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.Reservations;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.NearPlacement;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.PosixMemory;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The backend for macOS. Memory that stays mapped is not given back: no call empties pages for
 * certain. {@code hardened} is found out on first use and written without a lock: racing threads
 * find the same.
 */
final class MacosVirtMem implements VirtMem {
  private final Architecture architecture;
  private final PosixCalls posix;
  private final MachCalls mach;
  private final MacosCalls calls;
  private final ThreadCalls threads;
  private final Mappings mappings;
  private final PageChecks checks;
  private final Reservations reservations;
  private final DualLadder ladder;
  private final NearPlacement near;
  private final JitMemory jit;
  private final Signing signing;
  private volatile @Nullable HardenedRuntime hardened;

  MacosVirtMem(Architecture architecture, MacosBinder binder) {
    this.architecture = architecture;
    CallErrors errors = new CallErrors(Macos.errors(), new Hints(architecture)::hint);
    posix = new PosixCalls(binder, Macos.abi(), errors, MacosCalls.SHM_OPEN);
    mach = new MachCalls(binder);
    calls = new MacosCalls(binder);
    threads = new ThreadCalls(binder, mach);
    MappedMemory memory = new PosixMemory(posix);
    mappings = new Mappings(binder, memory);
    checks = new PageChecks(posix, mappings);
    reservations = new Reservations(mappings, memory);
    ladder = new DualLadder(List.of(new RemapRoute(posix, mach)));
    ReservedSpace space = new ReservedSpace(posix);
    near = new NearPlacement(architecture, posix, new MachPlaces(space, mach));
    Entitlements entitlements = new Entitlements(calls);
    WriteThunk thunk = new WriteThunk(binder, posix, calls);
    jit = new JitMemory(architecture, posix, calls, entitlements, thunk);
    signing = new Signing(architecture, calls, entitlements, jit);
  }

  @Override
  public String name() {
    return "macOS";
  }

  @Override
  public PageInfo pages() {
    return new PageInfo(checks.byteSize(), checks.byteSize(), List.of());
  }

  /**
   * Memory under the write switch is given read-only: no store but {@link #writeJit}'s can work.
   */
  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    checks.requireWhole(byteSize);
    PageChecks.requireSingle(options);
    requireNormalPages(options);
    if (options.mapJit()) {
      long address = jit.map(byteSize, protection, options);
      return mappings.enter(address, byteSize, PageUse.SWITCHED, options).asReadOnly();
    }
    long address = map(byteSize, protection, options);
    PageUse use = options.shared() ? PageUse.SHARED : PageUse.PRIVATE;
    return mappings.enter(address, byteSize, use, options);
  }

  private long map(long byteSize, Protection protection, MappingOptions options) {
    Protection maximum = options.maximumProtection().orElse(Protection.RWX);
    if (!maximum.covers(protection)) {
      throw new IllegalArgumentException(
          "memory that may become " + maximum + " at most cannot be " + protection);
    }
    int flags = Macos.MAP_ANON | (options.shared() ? Posix.MAP_SHARED : Posix.MAP_PRIVATE);
    long address = posix.mmap(byteSize, Posix.prot(protection), flags, -1);
    if (options.maximumProtection().isPresent()) {
      bound(address, byteSize, maximum);
    }
    return address;
  }

  /** The bits of a protection are Mach's, too. */
  private void bound(long address, long byteSize, Protection maximum) {
    try {
      mach.protect(address, byteSize, true, Posix.prot(maximum));
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(address, byteSize));
      throw failure;
    }
  }

  private static void requireNormalPages(MappingOptions options) {
    if (options.largePageByteSize() > 0) {
      throw new UnsupportedOperationException(CapabilityProbe.NO_LARGE_PAGES);
    }
  }

  @Override
  public void release(MemorySegment segment) {
    reservations.release(segment);
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          PageChecks.requireProtectable(pages);
          posix.mprotect(range.address(), range.byteSize(), Posix.prot(protection));
        });
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    checks.requireWhole(byteSize);
    long address =
        switch (placement) {
          case Placement.Anywhere anywhere -> new ReservedSpace(posix).anywhere(byteSize);
          case Placement.Near target -> near.reserve(byteSize, target, checks.byteSize());
        };
    return mappings.enterReserved(address, byteSize);
  }

  @Override
  public void commit(MemorySegment range, Protection protection) {
    checks.requireWhole(range);
    reservations.commit(range, protection);
  }

  /** The pages behind two views go with the last of them. */
  @Override
  public void decommit(MemorySegment range) {
    checks.requireWhole(range);
    reservations.decommit(range, view -> {});
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    checks.requireWhole(rx);
    checks.requireWhole(rw);
    requireTwoViews();
    reservations.commitDual(rx, rw, place -> ladder.mapAt(place, rx.byteSize()));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    checks.requireWhole(byteSize);
    requireNormalPages(options);
    if (options.mapJit() || options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "two views keep the protections that they have, so there is neither a switch nor a bound");
    }
    requireTwoViews();
    DualLadder.Mapped mapped = ladder.map(byteSize, options);
    return mappings.enter(mapped.addresses(), byteSize, mapped.mechanism(), options);
  }

  /**
   * It is not known what Apple's processors make of two views, and nothing is tried that is not.
   */
  private void requireTwoViews() {
    if (architecture != Architecture.X86_64) {
      throw new UnsupportedOperationException(
          "two views are for Intel's processors only: whether macOS lets a view be executed on Apple's"
              + " while another is writable is not known");
    }
    if (signing.isTranslated()) {
      throw new UnsupportedOperationException(
          "two views are off under Rosetta (sysctl.proc_translated), which need not notice code that is"
              + " changed through another address");
    }
  }

  @Override
  public void release(DualMapping mapping) {
    mappings.release(mapping);
  }

  @Override
  public void writeJit(MemorySegment target, MemorySegment source) {
    jit.whyNot()
        .ifPresent(reason -> {
          throw new UnsupportedOperationException(reason);
        });
    reservations.withPages(target, pages -> jit.write(target, pages, source));
  }

  /** On Intel's processors the caches are coherent. */
  @Override
  public void flushInstructionCache(MemorySegment range) {
    PageChecks.requireFlushable(range);
    if (architecture == Architecture.AARCH64 && range.byteSize() > 0) {
      calls.invalidateInstructions(range.address(), range.byteSize());
    }
  }

  @Override
  public void synchronizeCores() {
    threads.passThroughKernel();
  }

  @Override
  public HardenedRuntime hardenedRuntime() {
    HardenedRuntime known = hardened;
    if (known == null) {
      Capabilities found = capabilities();
      known =
          new HardenedRuntime(
              !found.allows(Ability.RWX),
              found.allows(Ability.MAP_JIT),
              found.allows(Ability.DUAL_MAPPING));
      hardened = known;
    }
    return known;
  }

  @Override
  public Capabilities capabilities() {
    return new CapabilityProbe(this).probe();
  }

  @Override
  public List<Condition> conditions() {
    return signing.conditions();
  }
}
