package io.jitmem.bsd;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.posix.Access;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.NearPlacement;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.PosixVirtMem;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The backend for one of the BSDs. Memory that stays mapped is not given back: no call of theirs
 * empties pages for certain, and what MADV_FREE leaves may still be there.
 */
final class BsdVirtMem extends PosixVirtMem {
  private final BsdSystem system;
  private final BsdKernel kernel;
  private final PosixCalls posix;
  private final DualLadder ladder;
  private final NearPlacement near;
  private final InstructionCache cache;
  private final CoreBarrier barrier;

  BsdVirtMem(BsdSystem system, Architecture architecture, NativeBinder binder) {
    CallErrors errors = new CallErrors(system.errors(), new Hints(system)::hint);
    PosixCalls posix = new PosixCalls(binder, system.abi(), errors, system.shmOpen());
    super(binder, posix);
    this.system = system;
    this.posix = posix;
    kernel = new BsdKernel(architecture, binder, posix, new BsdCalls(binder, errors));
    ladder = new DualLadder(system.routes(kernel));
    near = new NearPlacement(architecture, posix, system.places(kernel));
    cache = new InstructionCache(kernel);
    barrier = system.barrier(kernel);
  }

  /** What is known of errors on one system, and else on all. */
  private record Hints(BsdSystem system) {
    String hint(String function, String text, int code) {
      String own = system.hint(function, text, code);
      return own.isEmpty() ? Bsd.hint(function, text, code) : own;
    }
  }

  @Override
  public String name() {
    return system.name();
  }

  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    checks().requireWhole(byteSize);
    PageChecks.requireSingle(options);
    requireOffered(options);
    requireAllowed(protection);
    int flags =
        posix.abi().MAP_ANON()
            | (options.shared() ? Posix.MAP_SHARED : Posix.MAP_PRIVATE)
            | system.alignment(kernel, byteSize);
    long address = posix.mmap(0, byteSize, access(protection, options), flags, -1);
    return entered(address, byteSize, options);
  }

  private Access access(Protection protection, MappingOptions options) {
    if (options.maximumProtection().isEmpty()) {
      return Access.open(Posix.prot(protection));
    }
    Protection maximum = options.maximumProtection().get();
    if (!maximum.covers(protection)) {
      throw new IllegalArgumentException(
          "memory that may become " + maximum + " at most cannot be " + protection);
    }
    system.requireBounding(kernel, maximum);
    return Access.upTo(protection, maximum);
  }

  private void requireOffered(MappingOptions options) {
    if (options.mapJit()) {
      throw new UnsupportedOperationException(noSwitch());
    }
    if (options.largePageByteSize() > 0) {
      throw new UnsupportedOperationException(system.largePages());
    }
  }

  private String noSwitch() {
    return name() + " has no per-thread switch for executable memory (MAP_JIT)";
  }

  @Override
  protected void requireAllowed(Protection protection) {
    system.requireAllowed(protection);
  }

  @Override
  protected void requireTwoViews(long byteSize, MappingOptions options) {
    requireOffered(options);
    if (options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "two views keep the protections that they have: there is nothing to bound");
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
  public void flushInstructionCache(MemorySegment range) {
    PageChecks.requireFlushable(range);
    cache.flush(range.address(), range.byteSize());
  }

  @Override
  public void synchronizeCores() {
    barrier.synchronizeCores();
  }

  @Override
  public Capabilities capabilities() {
    return new CapabilityProbe(this, barrier, ladder.mechanisms()).probe(noSwitch(), system);
  }

  @Override
  public List<Condition> conditions() {
    List<Condition> found = new ArrayList<>(system.conditions(kernel));
    long limit = posix.getrlimit(Posix.RLIMIT_FSIZE);
    boolean limited = limit >= 0 && limit < Long.MAX_VALUE;
    found.add(
        new Condition(
            "RLIMIT_FSIZE",
            limited ? limit + " bytes" : "unlimited",
            limited,
            limited ? "no larger file can be made to back memory with two views" : ""));
    return List.copyOf(found);
  }
}
