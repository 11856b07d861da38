package io.jitmem.linux;

import io.jitmem.posix.CallErrors;
import io.jitmem.posix.Mappings;
import io.jitmem.posix.NativeBinder;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.Capabilities;
import io.jitmem.virtmem.DualMapping;
import io.jitmem.virtmem.HardenedRuntime;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.PageInfo;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The Linux backend. {@code pageByteSize}, {@code pages} and {@code hardened} are found out on
 * first use and written without a lock: racing threads find the same. The page size stands apart
 * since every allocation needs it, and the sizes of large pages are a walk through {@code /sys}.
 */
final class LinuxVirtMem implements VirtMem {
  /**
   * No kernel for the CPUs known has larger pages, so that multiples of this are whole pages before
   * the system was asked: one call less to bind before the first code runs.
   */
  private static final long LARGEST_PAGE = 64 << 10;

  private final LinuxEnvironment environment = new LinuxEnvironment();
  private final PosixCalls posix;
  private final LinuxCalls linux;
  private final Mappings mappings;
  private final DualLadder ladder;
  private final InstructionCache cache;
  private final CoreBarrier barrier;
  private volatile int pageByteSize;
  private volatile @Nullable PageInfo pages;
  private volatile @Nullable HardenedRuntime hardened;

  LinuxVirtMem(LinuxAbi abi, NativeBinder binder) {
    CallErrors errors = new CallErrors(LinuxErrors.table(), new LinuxErrors(environment));
    posix = new PosixCalls(binder, abi.posix(), errors, LinuxCalls.SHM_OPEN);
    linux = new LinuxCalls(binder, errors);
    mappings = new Mappings(binder, posix);
    ladder = new DualLadder(new DualMapper(abi, posix, linux));
    cache = new InstructionCache(abi, linux);
    barrier = new CoreBarrier(abi, linux);
  }

  @Override
  public String name() {
    return "Linux";
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
    requireSize(byteSize, options);
    requireOffered(options);
    if (options.mechanism().isPresent() || options.preferTemporaryFile()) {
      throw new IllegalArgumentException(
          "a mechanism or a temporary file can be asked of a dual mapping only: " + options);
    }
    int flags = LinuxAbi.MAP_ANON | (options.shared() ? Posix.MAP_SHARED : Posix.MAP_PRIVATE);
    if (options.largePageByteSize() > 0) {
      flags |= LinuxAbi.MAP_HUGETLB | LinuxAbi.hugeSize(options.largePageByteSize());
    }
    MemorySegment mapped =
        mappings.enter(posix.mmap(byteSize, Posix.prot(protection), flags, -1), byteSize);
    if (options.name().isPresent()) {
      linux.nameMapping(mapped.address(), byteSize, options.name().get());
    }
    return mapped;
  }

  @Override
  public void release(MemorySegment segment) {
    mappings.release(segment);
  }

  @Override
  public void protect(MemorySegment range, Protection protection) {
    mappings.requireSingle(range);
    requireWholePages(range.byteSize());
    if ((range.address() & (pageByteSize() - 1)) != 0) {
      throw new IllegalArgumentException(
          "address 0x" + Long.toHexString(range.address()) + " is not the start of a page");
    }
    posix.mprotect(range.address(), range.byteSize(), Posix.prot(protection));
  }

  @Override
  public DualMapping allocateDual(long byteSize, MappingOptions options) {
    requireSize(byteSize, options);
    requireOffered(options);
    DualLadder.Mapped mapped = ladder.map(byteSize, options);
    return mappings.enter(mapped.addresses(), byteSize, mapped.mechanism().text());
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
    return new CapabilityProbe(this, environment, barrier).probe();
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

  private void requireSize(long byteSize, MappingOptions options) {
    requireWholePages(byteSize);
    long large = options.largePageByteSize();
    if (large > 0 && (byteSize & (large - 1)) != 0) {
      throw new IllegalArgumentException(
          "size " + byteSize + " is not a multiple of the large page size " + large);
    }
  }

  private static void requireOffered(MappingOptions options) {
    if (options.mapJit()) {
      throw new UnsupportedOperationException(
          "Linux has no per-thread switch for executable memory (MAP_JIT)");
    }
    if (options.maximumProtection().isPresent()) {
      throw new UnsupportedOperationException(
          "Linux does not bound the later protections of a mapping");
    }
  }
}
