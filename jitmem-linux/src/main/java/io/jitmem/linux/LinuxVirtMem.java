package io.jitmem.linux;

import io.jitmem.posix.CallErrors;
import io.jitmem.posix.Mappings;
import io.jitmem.posix.PageUse;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.Reservations;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.posix.ReservedViews;
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
 * The Linux backend. {@code pageByteSize}, {@code pages} and {@code hardened} are found out on
 * first use and written without a lock: racing threads find the same. The page size stands apart
 * since every allocation needs it, and the sizes of large pages are a walk through {@code /sys}.
 */
final class LinuxVirtMem implements VirtMem, FileMarking {
  /**
   * No kernel for the CPUs known has larger pages, so that multiples of this are whole pages before
   * the system was asked: one call less to bind before the first code runs.
   */
  private static final long LARGEST_PAGE = 64 << 10;

  /** No CPU known has transparent huge pages that are smaller: below it nothing is looked up. */
  static final long LEAST_HUGE_PAGE = 1 << 20;

  private final LinuxEnvironment environment = new LinuxEnvironment();
  private final LinuxAbi abi;
  private final CodeBinder binder;
  private final boolean guarding;
  private final PosixCalls posix;
  private final LinuxCalls linux;
  private final Mappings mappings;
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
  private volatile int pageByteSize;
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
    mappings = new Mappings(binder, posix);
    reservations = new Reservations(mappings, posix);
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
    return new DualLadder(new DualMapper(new LinuxSystem(abi, calls, linux), hugePages, populate));
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
    return new ExecutableMark(posix).map(file, pageByteSize());
  }

  @Override
  public PageInfo pages() {
    PageInfo known = pages;
    if (known == null) {
      known =
          new PageInfo(
              pageByteSize(),
              pageByteSize(),
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
    if (options.mechanism().isPresent() || options.preferTemporaryFile()) {
      throw new IllegalArgumentException(
          "a mechanism or a temporary file can be asked of a dual mapping only: " + options);
    }
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
          requireWholePages(range);
          Requests.requireProtectable(pages);
          posix.mprotect(range.address(), range.byteSize(), Posix.prot(protection));
        });
  }

  @Override
  public void discard(MemorySegment range) {
    reservations.withPages(
        range,
        pages -> {
          requireWholePages(range);
          discard.discard(pages);
        });
  }

  @Override
  public void populate(MemorySegment range) {
    reservations.withPages(
        range,
        pages -> {
          requireWholePages(range);
          populate.populate(pages);
        });
  }

  @Override
  public long useLargePages(MemorySegment range) {
    long[] got = new long[1];
    reservations.withPages(
        range,
        pages -> {
          requireWholePages(range);
          got[0] = hugePages.use(pages);
        });
    return got[0];
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    requireWholePages(byteSize);
    long address =
        switch (placement) {
          case Placement.Anywhere anywhere -> new ReservedSpace(posix).anywhere(byteSize);
          case Placement.Near target -> near.reserve(byteSize, target, pageByteSize());
        };
    return mappings.enterReserved(address, byteSize);
  }

  @Override
  public void commit(MemorySegment range, Protection protection) {
    requireWholePages(range);
    reservations.commit(range, protection);
  }

  @Override
  public void decommit(MemorySegment range) {
    requireWholePages(range);
    reservations.decommit(range, discard::emptyFile);
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    requireWholePages(rx);
    requireWholePages(rw);
    aliases.requireRefreshed(ownLadder);
    reservations.commitDual(
        rx, rw, place -> ladder.mapFile(rx.byteSize(), new ReservedViews(posix, place)));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    requireMappable(byteSize, options);
    aliases.requireRefreshed(ownLadder);
    DualLadder.Mapped mapped = ladder.map(byteSize, options);
    return mappings.enter(mapped.addresses(), byteSize, mapped.mechanism().text(), options);
  }

  @Override
  public void release(DualMapping mapping) {
    mappings.release(mapping);
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {
    if (!range.isNative()) {
      throw new IllegalArgumentException(range + " is not native memory");
    }
    if (!range.scope().isAlive()) {
      throw new IllegalStateException("the memory was released before");
    }
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

  private int pageByteSize() {
    int known = pageByteSize;
    if (known == 0) {
      known = posix.getpagesize();
      pageByteSize = known;
    }
    return known;
  }

  private void requireWholePages(long byteSize) {
    if (byteSize > 0 && (byteSize & (LARGEST_PAGE - 1)) == 0) {
      return;
    }
    if (byteSize <= 0 || (byteSize & (pageByteSize() - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a positive multiple of the page size " + pageByteSize());
    }
  }

  private void requireWholePages(MemorySegment range) {
    long page = Math.max(pageByteSize(), mappings.largePageByteSize(range));
    if (range.byteSize() <= 0 || (range.byteSize() & (page - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + range.byteSize() + " is not a positive multiple of the page size " + page);
    }
    if ((range.address() & (page - 1)) != 0) {
      throw new IllegalArgumentException(
          "address 0x" + Long.toHexString(range.address()) + " is not the start of a page");
    }
  }

  private void requireMappable(long byteSize, MappingOptions options) {
    requireWholePages(byteSize);
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
