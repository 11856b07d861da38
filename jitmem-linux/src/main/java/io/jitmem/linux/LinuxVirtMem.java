package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.PageChecks;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.PosixVirtMem;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.FileMarking;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Linux backend. {@code pages} is found out on first use and written without a lock: racing
 * threads find the same. The page size stands apart, in {@code checks}, since every allocation
 * needs it, and the sizes of large pages are a walk through {@code /sys}. {@code parts} is written
 * once under this object's lock.
 */
final class LinuxVirtMem extends PosixVirtMem implements FileMarking {
  /**
   * No CPU known has transparent huge pages that are smaller: below it nothing is looked up, and
   * what looks is not loaded.
   */
  static final long LEAST_HUGE_PAGE = 1 << 20;

  private final LinuxAbi abi;
  private final CodeBinder binder;
  private final boolean guarding;
  private final PosixCalls posix;
  private final LinuxEnvironment environment;
  private volatile @Nullable LaterParts parts;
  private volatile @Nullable PageInfo pages;

  LinuxVirtMem(LinuxAbi abi, CodeBinder binder) {
    this(abi, binder, false);
  }

  private LinuxVirtMem(LinuxAbi abi, CodeBinder binder, boolean guarding) {
    LinuxEnvironment environment = new LinuxEnvironment();
    Restraint restraint = new Restraint();
    // Not later: when it is needed there may be no memory or descriptor left to load classes by.
    CallErrors errors =
        new CallErrors(LinuxErrors.table(), new LinuxErrors(environment, restraint));
    PosixCalls posix =
        guarding
            ? BranchGuard.calls(binder, abi, errors)
            : new PosixCalls(binder, abi.posix(), errors, LinuxAbi.SHM_OPEN);
    super(binder, posix);
    this.abi = abi;
    this.binder = binder;
    this.guarding = guarding;
    this.posix = posix;
    this.environment = environment;
    restraint.backend = this;
  }

  private LaterParts parts() {
    LaterParts made = parts;
    return made != null ? made : makeParts();
  }

  /** Once, so that nothing is found out twice. */
  private synchronized LaterParts makeParts() {
    LaterParts made = parts;
    if (made == null) {
      made = new LaterParts(abi, binder, posix, environment, guarding);
      parts = made;
    }
    return made;
  }

  @Override
  public VirtMem guardingBranches() {
    boolean another = !guarding && BranchGuard.isOffered(abi, parts().hardware);
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
    return new ExecutableMark(posix).map(file, checks().byteSize());
  }

  @Override
  public PageInfo pages() {
    PageInfo known = pages;
    if (known == null) {
      known =
          new PageInfo(
              checks().byteSize(),
              checks().byteSize(),
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
    } else if (byteSize >= LEAST_HUGE_PAGE) {
      hint = parts().hugePages.hint(byteSize);
    }
    long address = posix.mmap(hint, byteSize, Posix.prot(protection), flags, -1);
    MemorySegment mapped = entered(address, byteSize, options);
    if (options.name().isPresent()) {
      parts().linux.nameMapping(mapped.address(), byteSize, options.name().get());
    }
    return mapped;
  }

  @Override
  public void discard(MemorySegment range) {
    withWholePages(range, pages -> parts().discard.discard(pages));
  }

  @Override
  public void populate(MemorySegment range) {
    withWholePages(range, pages -> parts().populate.populate(pages));
  }

  @Override
  public long useLargePages(MemorySegment range) {
    long[] got = new long[1];
    withWholePages(range, pages -> got[0] = parts().hugePages.use(pages));
    return got[0];
  }

  @Override
  protected long reserveNear(long byteSize, Placement.Near target) {
    return parts().near.reserve(byteSize, target, checks().byteSize());
  }

  /** A file keeps its pages when a view of it goes. */
  @Override
  protected void emptyFile(PageRun view) {
    parts().discard.emptyFile(view);
  }

  @Override
  protected void requireTwoViews(long byteSize, MappingOptions options) {
    requireMappable(byteSize, options);
    parts().aliases.requireRefreshed(parts().ownLadder);
  }

  @Override
  protected DualLadder ladder() {
    return parts().ladder;
  }

  @Override
  public void flushInstructionCache(MemorySegment range) {
    PageChecks.requireFlushable(range);
    if (abi.architecture() != Architecture.X86_64) {
      parts().cache.flush(range.address(), range.byteSize());
    }
  }

  @Override
  public void synchronizeCores() {
    parts().barrier.synchronizeCores();
  }

  @Override
  public Capabilities capabilities() {
    LaterParts parts = parts();
    return new CapabilityProbe(abi, this, environment, parts.barrier).probe();
  }

  @Override
  public Set<String> cpuFeatures() {
    return parts().hardware.cpuFeatures();
  }

  @Override
  public List<Condition> conditions() {
    LaterParts parts = parts();
    return new ConditionReport(environment, parts.restraint(), parts.barrier)
        .make(() -> parts.aliases.find(parts.ownLadder));
  }

  /** A class and not a lambda, since the first lambda costs a fresh JVM milliseconds. */
  private static final class Restraint implements Supplier<SelfRestraint> {
    /** There is one before the first call. */
    private @Nullable LinuxVirtMem backend;

    @Override
    public SelfRestraint get() {
      return Objects.requireNonNull(backend).parts().restraint();
    }
  }

  private void requireMappable(long byteSize, MappingOptions options) {
    checks().requireWhole(byteSize);
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
