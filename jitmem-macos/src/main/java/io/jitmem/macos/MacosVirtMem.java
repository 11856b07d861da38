package io.jitmem.macos;

import io.jitmem.mapped.PageUse;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.NearPlacement;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.PosixVirtMem;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The backend for macOS. Memory that stays mapped is not given back: no call empties pages for
 * certain.
 */
final class MacosVirtMem extends PosixVirtMem {
  private final Architecture architecture;
  private final PosixCalls posix;
  private final MachCalls mach;
  private final MacosCalls calls;
  private final ThreadCalls threads;
  private final DualLadder ladder;
  private final NearPlacement near;
  private final JitMemory jit;
  private final Signing signing;

  MacosVirtMem(Architecture architecture, MacosBinder binder) {
    CallErrors errors = new CallErrors(Macos.errors(), new Hints(architecture)::hint);
    PosixCalls posix = new PosixCalls(binder, Macos.abi(), errors, MacosCalls.SHM_OPEN);
    super(binder, posix);
    this.architecture = architecture;
    this.posix = posix;
    mach = new MachCalls(binder);
    calls = new MacosCalls(binder);
    threads = new ThreadCalls(binder, mach);
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

  /**
   * Memory under the write switch is given read-only: no store but {@link #writeJit}'s can work.
   */
  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    checks().requireWhole(byteSize);
    PageChecks.requireSingle(options);
    requireNormalPages(options);
    if (options.mapJit()) {
      long address = jit.map(byteSize, protection, options);
      return mappings().enter(address, byteSize, PageUse.SWITCHED, options).asReadOnly();
    }
    return entered(map(byteSize, protection, options), byteSize, options);
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
  protected DualLadder ladder() {
    return ladder;
  }

  @Override
  protected long reserveNear(long byteSize, Placement.Near target) {
    return near.reserve(byteSize, target, checks().byteSize());
  }

  @Override
  protected void requireTwoViews(long byteSize, MappingOptions options) {
    requireNormalPages(options);
    if (options.mapJit() || options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "two views keep the protections that they have, so there is neither a switch nor a bound");
    }
    requireKnownViews();
  }

  /**
   * It is not known what Apple's processors make of two views, and nothing is tried that is not.
   */
  private void requireKnownViews() {
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
  public void writeJit(MemorySegment target, MemorySegment source) {
    jit.whyNot()
        .ifPresent(reason -> {
          throw new UnsupportedOperationException(reason);
        });
    reservations().withPages(target, pages -> jit.write(target, pages, source));
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
  public Capabilities capabilities() {
    return new CapabilityProbe(this).probe();
  }

  @Override
  public List<Condition> conditions() {
    return signing.conditions();
  }
}
