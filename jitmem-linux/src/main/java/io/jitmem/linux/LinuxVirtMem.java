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
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.spi.FileMarking;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Linux backend. {@code pages} and {@code hardened} are found out on first use and written
 * without a lock: racing threads find the same. The page size stands apart, in {@code checks},
 * since every allocation needs it, and the sizes of large pages are a walk through {@code /sys}.
 * {@code parts} is written once under this object's lock.
 */
final class LinuxVirtMem implements VirtMem, FileMarking {
  /**
   * No CPU known has transparent huge pages that are smaller: below it nothing is looked up, and
   * what looks is not loaded.
   */
  static final long LEAST_HUGE_PAGE = 1 << 20;

  private final LinuxAbi abi;
  private final CodeBinder binder;
  private final boolean guarding;
  private final PosixCalls posix;
  private final Mappings mappings;
  private final PageChecks checks;
  private final Reservations reservations;
  private volatile @Nullable LaterParts parts;
  private volatile @Nullable PageInfo pages;
  private volatile @Nullable HardenedRuntime hardened;

  LinuxVirtMem(LinuxAbi abi, CodeBinder binder) {
    this(abi, binder, false);
  }

  private LinuxVirtMem(LinuxAbi abi, CodeBinder binder, boolean guarding) {
    this.abi = abi;
    this.binder = binder;
    this.guarding = guarding;
    CallErrors errors = new Errors();
    posix =
        guarding
            ? BranchGuard.calls(binder, abi, errors)
            : new PosixCalls(binder, abi.posix(), errors, LinuxAbi.SHM_OPEN);
    MappedMemory memory = new PosixMemory(posix);
    mappings = new Mappings(binder, memory);
    checks = new PageChecks(posix, mappings);
    reservations = new Reservations(mappings, memory);
  }

  private LaterParts parts() {
    LaterParts made = parts;
    return made != null ? made : makeParts();
  }

  /** Once, so that nothing is found out twice. */
  private synchronized LaterParts makeParts() {
    LaterParts made = parts;
    if (made == null) {
      made = new LaterParts(abi, binder, posix, guarding);
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
              parts().environment.hugePages().stream()
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
    MemorySegment mapped =
        mappings.enter(
            posix.mmap(hint, byteSize, Posix.prot(protection), flags, -1),
            byteSize,
            options.shared() ? PageUse.SHARED : PageUse.PRIVATE,
            options);
    if (options.name().isPresent()) {
      parts().linux.nameMapping(mapped.address(), byteSize, options.name().get());
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
          parts().discard.discard(pages);
        });
  }

  @Override
  public void populate(MemorySegment range) {
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          parts().populate.populate(pages);
        });
  }

  @Override
  public long useLargePages(MemorySegment range) {
    long[] got = new long[1];
    reservations.withPages(
        range,
        pages -> {
          checks.requireWhole(range);
          got[0] = parts().hugePages.use(pages);
        });
    return got[0];
  }

  @Override
  public MemorySegment reserve(long byteSize, Placement placement) {
    checks.requireWhole(byteSize);
    long address =
        switch (placement) {
          case Placement.Anywhere anywhere -> new ReservedSpace(posix).anywhere(byteSize);
          case Placement.Near target -> parts().near.reserve(byteSize, target, checks.byteSize());
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
    reservations.decommit(range, parts().discard::emptyFile);
  }

  @Override
  public void commitDual(MemorySegment rx, MemorySegment rw) {
    checks.requireWhole(rx);
    checks.requireWhole(rw);
    LaterParts parts = parts();
    parts.aliases.requireRefreshed(parts.ownLadder);
    reservations.commitDual(rx, rw, place -> parts.ladder.mapAt(place, rx.byteSize()));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    requireMappable(byteSize, options);
    LaterParts parts = parts();
    parts.aliases.requireRefreshed(parts.ownLadder);
    DualLadder.Mapped mapped = parts.ladder.map(byteSize, options);
    return mappings.enter(mapped.addresses(), byteSize, mapped.mechanism(), options);
  }

  @Override
  public void release(DualMapping mapping) {
    mappings.release(mapping);
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
    LaterParts parts = parts();
    return new CapabilityProbe(abi, this, parts.environment, parts.barrier).probe();
  }

  @Override
  public Set<String> cpuFeatures() {
    return parts().hardware.cpuFeatures();
  }

  @Override
  public List<Condition> conditions() {
    LaterParts parts = parts();
    return new ConditionReport(parts.environment, parts.restraint(), parts.barrier)
        .make(() -> parts.aliases.find(parts.ownLadder));
  }

  /**
   * What is known of errors is brought together when there is one. A class and not a lambda, since
   * the first lambda costs a fresh JVM milliseconds.
   */
  private final class Errors implements CallErrors {
    @Override
    public VirtMemException failure(String function, String text, int code) {
      return parts().errors().failure(function, text, code);
    }
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
