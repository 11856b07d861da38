package io.jitmem.allocator;

import io.jitmem.allocator.block.Access;
import io.jitmem.allocator.heap.BlockMappers;
import io.jitmem.allocator.heap.Budget;
import io.jitmem.allocator.heap.HeapOptions;
import io.jitmem.allocator.heap.LargePages;
import io.jitmem.allocator.heap.Listeners;
import io.jitmem.allocator.heap.MapperChoice;
import io.jitmem.allocator.heap.RangeRequest;
import io.jitmem.observe.CodeListener;
import io.jitmem.observe.perf.PerfSettings;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link JitAllocatorBuilder} was told, each by itself in range, and what it comes to. Not
 * thread-safe.
 */
final class AllocatorOptions {
  static final int MIN_GRANULARITY = 64;
  static final long MIN_BLOCK_SIZE = 64L << 10;

  /**
   * Every page size of the systems known divides it, and it is the granularity of the coarsest of
   * them.
   */
  static final long BLOCK_UNIT = 64 << 10;

  /** The largest range whose ends are sure to be within a 32-bit displacement of each other. */
  private static final long MAX_BRANCH_RANGE = 1L << 30;

  /** Blocks double up to this size. */
  private static final long MAX_GROWN_BLOCK_SIZE = 64L << 20;

  /** Pools of 64, 128 and 256 bytes. */
  private static final int POOL_COUNT = 3;

  /**
   * Twice as many as threads can run at once, so that a thread finds a free one though some are
   * held by threads that wait for a processor; a stripe without spans has no memory.
   */
  private static final int STRIPE_COUNT =
      Math.min(64, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors() - 1));

  Optional<VirtMem> virtMem = Optional.empty();
  Optional<WriteStrategy> strategy = Optional.empty();
  int granularity = MIN_GRANULARITY;
  long blockSize = MIN_BLOCK_SIZE;
  boolean initialPadding = true;
  boolean multiplePools;
  boolean immediateRelease;
  boolean fillUnusedMemory;
  OptionalInt fillPattern = OptionalInt.empty();
  boolean largePages;
  boolean alignBlockSizeToLargePage;
  boolean guardPages;
  boolean guardedBranches;
  boolean randomPlacement;
  OptionalLong randomSeed = OptionalLong.empty();
  long quarantine;
  long limit = Budget.UNLIMITED;
  long headroom;
  OptionalLong range = OptionalLong.empty();
  OptionalLong leastRange = OptionalLong.empty();
  final List<CodeListener> listeners = new ArrayList<>(0);

  /** Empty for anywhere, so that no class of placements is loaded where none is asked for. */
  Optional<Placement> placement = Optional.empty();

  String name = "";

  /**
   * Checks what options say together.
   *
   * @throws IllegalArgumentException if they contradict each other
   */
  void requireConsistent() {
    if (multiplePools && granularity != MIN_GRANULARITY) {
      throw new IllegalArgumentException(
          "multiple pools start at a granularity of " + MIN_GRANULARITY + ", not " + granularity);
    }
    long most = most();
    if (headroom > 0 && (most == Budget.UNLIMITED || headroom >= most)) {
      throw new IllegalArgumentException(
          "headroom is part of a limit or a range that is larger, unlike " + headroom);
    }
    if (isRange() && rangeByteSize() < blockSize) {
      throw new IllegalArgumentException(
          "range is at least a block of " + blockSize + " bytes, not " + rangeByteSize());
    }
    boolean switched = strategy.isPresent() && strategy.get() == WriteStrategy.MAP_JIT;
    if (switched && (isRange() || guardPages)) {
      throw new IllegalArgumentException(
          "memory of strategy MAP_JIT cannot be reserved, so it has neither a range nor guard pages");
    }
  }

  VirtMem resolveVirtMem() {
    VirtMem backend = virtMem.isPresent() ? virtMem.get() : VirtMem.host();
    return guardedBranches ? backend.guardingBranches() : backend;
  }

  MapperChoice mapping(VirtMem backend) {
    BlockMappers mappers =
        new BlockMappers(
            backend,
            isRange() ? Optional.of(rangeRequest()) : Optional.empty(),
            guardPages,
            new LargePages(largePages),
            new Budget(most(), headroom));
    return strategy.isEmpty()
        ? new MapperChoice(mappers)
        : new MapperChoice(mappers, access(strategy.get()), "asked for");
  }

  private static Access access(WriteStrategy wanted) {
    return switch (wanted) {
      case DIRECT -> Access.DIRECT;
      case DUAL -> Access.DUAL;
      case SEAL -> Access.SEALED;
      case MAP_JIT -> Access.SWITCHED;
    };
  }

  /** Known before the range is reserved, so that the first block leaves the headroom alone. */
  private long most() {
    return Math.min(limit, isRange() ? rangeByteSize() : Budget.UNLIMITED);
  }

  private boolean isRange() {
    return range.isPresent() || placement.isPresent();
  }

  private long rangeByteSize() {
    return placement.orElse(null) instanceof Placement.Near near
        ? range.orElse(Math.min(MAX_BRANCH_RANGE, Long.highestOneBit(near.distance())))
        : range.orElseThrow();
  }

  private RangeRequest rangeRequest() {
    return new RangeRequest(
        rangeByteSize(),
        leastRange.orElse(blockSize),
        placement.orElseGet(Placement::anywhere),
        guardPages);
  }

  @Nullable Listeners listeners() {
    List<CodeListener> all = isPerfAskedFor() ? withPerf() : listeners;
    return all.isEmpty() ? null : Listeners.of(all);
  }

  /** Without a word about perf, nothing of it is loaded. */
  private static boolean isPerfAskedFor() {
    return System.getProperty("jitmem.perf") != null || System.getenv("JITMEM_PERF") != null;
  }

  private List<CodeListener> withPerf() {
    List<CodeListener> all = new ArrayList<>(listeners);
    PerfSettings.shared().ifPresent(all::add);
    return all;
  }

  HeapOptions heapOptions(VirtMem backend, @Nullable Listeners told) {
    return new HeapOptions(
        granularity,
        multiplePools ? POOL_COUNT : 1,
        blockSize,
        Math.max(blockSize, MAX_GROWN_BLOCK_SIZE),
        blockUnit(backend),
        initialPadding,
        immediateRelease ? 0 : 1,
        fill(),
        quarantine,
        seed(),
        headroom > 0,
        STRIPE_COUNT,
        told,
        name);
  }

  private long blockUnit(VirtMem backend) {
    List<Long> large = alignBlockSizeToLargePage ? backend.pages().largeByteSizes() : List.of();
    return large.isEmpty() ? BLOCK_UNIT : Math.max(BLOCK_UNIT, large.getFirst());
  }

  private OptionalLong seed() {
    if (!randomPlacement) {
      return OptionalLong.empty();
    }
    return randomSeed.isPresent() ? randomSeed : OptionalLong.of(new SecureRandom().nextLong());
  }

  private OptionalInt fill() {
    if (!fillUnusedMemory) {
      return OptionalInt.empty();
    }
    return fillPattern.isPresent() ? fillPattern : OptionalInt.of(trapOf(Platform.current()));
  }

  /** What traps on this CPU: {@code int3}, {@code brk #0}, {@code ebreak}. */
  private static int trapOf(Platform platform) {
    Architecture cpu = platform.architecture().orElse(null);
    if (cpu == null) {
      throw new UnsupportedOperationException(
          "what traps on " + platform.archName() + " is not known; give a fill pattern");
    }
    return switch (cpu) {
      case X86_64 -> 0xcccccccc;
      case AARCH64 -> 0xd4200000;
      case RISCV64 -> 0x00100073;
    };
  }
}
