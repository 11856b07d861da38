package io.jitmem.linux;

import io.jitmem.mapped.MappedMemory;
import io.jitmem.mapped.Mappings;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.Reservations;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.PosixMemory;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.FileMarking;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Linux backend. {@code pages} and {@code hardened} are found out on first use and written
 * without a lock: racing threads find the same. The page size stands apart, in {@code checks},
 * since every allocation needs it, and the sizes of large pages are a walk through {@code /sys}.
 */
final class LinuxVirtMem implements VirtMem, FileMarking {
  /** No CPU known has transparent huge pages that are smaller: below it nothing is looked up. */
  static final long LEAST_HUGE_PAGE = 1 << 20;

  private final LinuxEnvironment environment = new LinuxEnvironment();
  private final LinuxAbi abi;
  private final CodeBinder binder;
  private final boolean guarding;
  private final PosixCalls posix;
  private final LinuxCalls linux;
  private final Mappings mappings;
  private final PageChecks checks;
  private final Reservations reservations;
  private final NearPlacement near;
  private final PageDiscard discard;
  private final PagePopulation populate;
  private final TransparentHugePages hugePages;
  private final DualLadder ladder;

  /** For the backend's own code, which has no {@code bti}. */
  private final DualLadder ownLadder;

  private final InstructionCache cache;
  private final AliasCheck aliases;
  private final CoreBarrier barrier;
  private final HardwareWords hardware;
  private volatile @Nullable PageInfo pages;
  private volatile @Nullable HardenedRuntime hardened;

  LinuxVirtMem(LinuxAbi abi, CodeBinder binder) {
    this(abi, binder, false);
  }

  private LinuxVirtMem(LinuxAbi abi, CodeBinder binder, boolean guarding) {
    this.abi = abi;
    this.binder = binder;
    this.guarding = guarding;
    CallErrors errors =
        new CallErrors(LinuxErrors.table(), new LinuxErrors(environment, new Restraint()));
    PosixCalls own = new PosixCalls(binder, abi.posix(), errors, LinuxCalls.SHM_OPEN);
    posix = guarding ? BranchGuard.calls(binder, abi, errors) : own;
    linux = new LinuxCalls(binder, errors);
    MappedMemory memory = new PosixMemory(posix);
    mappings = new Mappings(binder, memory);
    checks = new PageChecks(posix, mappings);
    reservations = new Reservations(mappings, memory);
    near = new NearPlacement(abi, posix, environment);
    discard = new PageDiscard(posix, new PageRemoval(abi, posix, binder, environment));
    populate = new PagePopulation(abi, posix, linux);
    hugePages = new TransparentHugePages(posix, environment);
    ladder = ladder(posix);
    ownLadder = guarding ? ladder(own) : ladder;
    cache = new InstructionCache(abi, linux, binder, new CacheFlushCode(binder, own, ownLadder));
    aliases = new AliasCheck(abi, environment, binder, own, cache);
    barrier = new CoreBarrier(abi, linux);
    hardware = new HardwareWords(abi, linux);
  }

  private DualLadder ladder(PosixCalls calls) {
    LinuxSystem system = new LinuxSystem(abi, calls, linux);
    return new DualLadder(new DualMapper(system, hugePages, populate).routes());
  }

  @Override
  public VirtMem guardingBranches() {
    boolean another = !guarding && BranchGuard.isOffered(abi, hardware);
    return another ? new LinuxVirtMem(abi, binder, true) : this;
  }

  @Override
  public boolean guardsBranches() {
    return guarding;
  }

  @Override
  public String name() {
    return "Linux";
  }

  @Override
  public Mark markExecutable(Path file) {
    return new ExecutableMark(posix).map(file, checks.byteSize());
  }

  @Override
  public PageInfo pages() {
    PageInfo known = pages;
    if (known == null) {
      known =
          new PageInfo(
              checks.byteSize(),
              checks.byteSize(),
              environment.hugePages().stream()
                  .filter(LinuxEnvironment.HugePages::accessible)
                  .map(LinuxEnvironment.HugePages::byteSize)
                  .toList());
      pages = known;
    }
    return known;
  }

  @Override
  public MemorySegment allocate(long byteSize, Protection protection, MappingOptions options) {
    requireMappable(byteSize, options);
    PageChecks.requireSingle(options);
    int flags = LinuxAbi.MAP_ANON | (options.shared() ? Posix.MAP_SHARED : Posix.MAP_PRIVATE);
    long hint = 0;
    if (options.largePageByteSize() > 0) {
      flags |= LinuxAbi.MAP_HUGETLB | LinuxAbi.hugeSize(options.largePageByteSize());
    } else {
      hint = hugePages.hint(byteSize);
    }
    MemorySegment mapped =
        mappings.enter(
            posix.mmap(hint, byteSize, Posix.prot(protection), flags, -1),
            byteSize,
            options.shared() ? PageUse.SHARED : PageUse.PRIVATE,
            options);
    if (options.name().isPresent()) {
      linux.nameMapping(mapped.address(), byteSize, options.name().get());
    }
    return mapped;
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
  public void discard(MemorySegment range) {
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          discard.discard(pages);
        });
  }

  @Override
  public void populate(MemorySegment range) {
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          populate.populate(pages);
        });
  }

  @Override
  public long useLargePages(MemorySegment range) {
    long[] got = new long[1];
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          got[0] = hugePages.use(pages);
        });
    return got[0];
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

  @Override
  public void decommit(MemorySegment range) {
    checks.requireWhole(range);
    reservations.decommit(range, discard::emptyFile);
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    checks.requireWhole(rx);
    checks.requireWhole(rw);
    aliases.requireRefreshed(ownLadder);
    reservations.commitDual(rx, rw, place -> ladder.mapAt(place, rx.byteSize()));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    requireMappable(byteSize, options);
    aliases.requireRefreshed(ownLadder);
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
              !found.allows(Ability.RWX),
              found.allows(Ability.MAP_JIT),
              found.allows(Ability.DUAL_MAPPING));
      hardened = known;
    }
    return known;
  }

  @Override
  public Capabilities capabilities() {
    return new CapabilityProbe(abi, this, environment, barrier).probe();
  }

  @Override
  public Set<String> cpuFeatures() {
    return hardware.cpuFeatures();
  }

  @Override
  public List<Condition> conditions() {
    return new ConditionReport(environment, restraint(), barrier)
        .make(() -> aliases.find(ownLadder));
  }

  /** A class and not a lambda, since the first lambda costs a fresh JVM milliseconds. */
  private final class Restraint implements Supplier<SelfRestraint> {
    @Override
    public SelfRestraint get() {
      return restraint();
    }
  }

  private SelfRestraint restraint() {
    return new SelfRestraint(environment, linux);
  }

  private void requireMappable(long byteSize, MappingOptions options) {
    checks.requireWhole(byteSize);
    long large = options.largePageByteSize();
    if (large > 0 && (byteSize & (large - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a multiple of the large page size " + large);
    }
    if (options.mapJit() || options.maximumProtection().isPresent()) {
      throw Requests.notOffered(options);
    }
  }
}
