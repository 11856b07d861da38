package io.jitmem.bsd;

import io.jitmem.mapped.MappedMemory;
import io.jitmem.mapped.Mappings;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.Reservations;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.posix.Access;
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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The backend for one of the BSDs. Memory that stays mapped is not given back: no call of theirs
 * empties pages for certain, and what MADV_FREE leaves may still be there. {@code hardened} is
 * found out on first use and written without a lock: racing threads find the same.
 */
final class BsdVirtMem implements VirtMem {
  private final BsdSystem system;
  private final BsdKernel kernel;
  private final PosixCalls posix;
  private final Mappings mappings;
  private final PageChecks checks;
  private final Reservations reservations;
  private final DualLadder ladder;
  private final NearPlacement near;
  private final InstructionCache cache;
  private final CoreBarrier barrier;
  private volatile @Nullable HardenedRuntime hardened;

  BsdVirtMem(BsdSystem system, Architecture architecture, NativeBinder binder) {
    this.system = system;
    CallErrors errors = new CallErrors(system.errors(), this::hint);
    posix = new PosixCalls(binder, system.abi(), errors, system.shmOpen());
    kernel = new BsdKernel(architecture, binder, posix, new BsdCalls(binder, errors));
    MappedMemory memory = new PosixMemory(posix);
    mappings = new Mappings(binder, memory);
    checks = new PageChecks(posix, mappings);
    reservations = new Reservations(mappings, memory);
    ladder = new DualLadder(system.routes(kernel));
    near = new NearPlacement(architecture, posix, system.places(kernel));
    cache = new InstructionCache(kernel);
    barrier = system.barrier(kernel);
  }

  private String hint(String function, String text, int code) {
    String own = system.hint(function, text, code);
    return own.isEmpty() ? Bsd.hint(function, text, code) : own;
  }

  @Override
  public String name() {
    return system.name();
  }

  @Override
  public PageInfo pages() {
    return new PageInfo(checks.byteSize(), checks.byteSize(), List.of());
  }

  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    checks.requireWhole(byteSize);
    PageChecks.requireSingle(options);
    requireOffered(options);
    system.requireAllowed(protection);
    int flags =
        posix.abi().MAP_ANON()
            | (options.shared() ? Posix.MAP_SHARED : Posix.MAP_PRIVATE)
            | system.alignment(kernel, byteSize);
    long address = posix.mmap(0, byteSize, access(protection, options), flags, -1);
    PageUse use = options.shared() ? PageUse.SHARED : PageUse.PRIVATE;
    return mappings.enter(address, byteSize, use, options);
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
          system.requireAllowed(protection);
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
    system.requireAllowed(protection);
    reservations.commit(range, protection);
  }

  /** The file behind a view goes with its last view. */
  @Override
  public void decommit(MemorySegment range) {
    checks.requireWhole(range);
    reservations.decommit(range, view -> {});
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    checks.requireWhole(rx);
    checks.requireWhole(rw);
    reservations.commitDual(rx, rw, place -> ladder.mapAt(place, rx.byteSize()));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    checks.requireWhole(byteSize);
    requireOffered(options);
    if (options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "two views keep the protections that they have: there is nothing to bound");
    }
    DualLadder.Mapped mapped = ladder.map(byteSize, options);
    return mappings.enter(mapped.addresses(), byteSize, mapped.mechanism(), options);
  }

  @Override
  public void release(DualMapping mapping) {
    mappings.release(mapping);
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
  public HardenedRuntime hardenedRuntime() {
    HardenedRuntime known = hardened;
    if (known == null) {
      Capabilities found = capabilities();
      known =
          new HardenedRuntime(
              !found.allows(Ability.RWX), false, found.allows(Ability.DUAL_MAPPING));
      hardened = known;
    }
    return known;
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
