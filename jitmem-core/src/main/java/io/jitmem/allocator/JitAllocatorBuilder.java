package io.jitmem.allocator;

import io.jitmem.allocator.heap.BlockMapper;
import io.jitmem.allocator.heap.HeapOptions;
import io.jitmem.allocator.heap.MapperChoice;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import java.util.Optional;
import java.util.OptionalInt;

/** The options of a {@link JitAllocator}. Not thread-safe. */
public final class JitAllocatorBuilder {
  private static final int MIN_GRANULARITY = 64;
  private static final int MAX_GRANULARITY = 256;
  private static final long MIN_BLOCK_SIZE = 64L << 10;
  private static final long MAX_BLOCK_SIZE = 256L << 20;

  /** Blocks double up to this size. */
  private static final long MAX_GROWN_BLOCK_SIZE = 64L << 20;

  /**
   * Every page size of the systems known divides it, and it is the granularity of the coarsest of
   * them.
   */
  private static final long BLOCK_UNIT = 64 << 10;

  /** Pools of 64, 128 and 256 bytes. */
  private static final int POOL_COUNT = 3;

  /**
   * As many as threads can allocate at once, up to a number at which their memory would begin to
   * count.
   */
  private static final int STRIPE_COUNT =
      Math.min(64, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

  private Optional<VirtMem> virtMem = Optional.empty();
  private Optional<WriteStrategy> strategy = Optional.empty();
  private int granularity = MIN_GRANULARITY;
  private long blockSize = MIN_BLOCK_SIZE;
  private boolean initialPadding = true;
  private boolean multiplePools;
  private boolean immediateRelease;
  private boolean fillUnusedMemory;
  private OptionalInt fillPattern = OptionalInt.empty();

  JitAllocatorBuilder() {}

  /**
   * The backend to take blocks from. By default it is {@link VirtMem#host()}.
   *
   * @param backend a backend
   * @return this builder
   */
  public JitAllocatorBuilder virtMem(VirtMem backend) {
    virtMem = Optional.of(backend);
    return this;
  }

  /**
   * How to write code. By default it is {@link WriteStrategy#DIRECT} where the system allows it and
   * {@link WriteStrategy#DUAL} elsewhere, decided when the first block is mapped.
   *
   * @param wanted {@link WriteStrategy#DIRECT} or {@link WriteStrategy#DUAL}
   * @return this builder
   * @throws UnsupportedOperationException if the strategy is another, which this version does not
   *     offer
   */
  public JitAllocatorBuilder strategy(WriteStrategy wanted) {
    if (wanted != WriteStrategy.DIRECT && wanted != WriteStrategy.DUAL) {
      throw new UnsupportedOperationException(
          "strategy " + wanted + " is not offered by this version; DIRECT and DUAL are");
    }
    strategy = Optional.of(wanted);
    return this;
  }

  /**
   * The unit in which spans are sized and aligned. By default it is 64 bytes.
   *
   * @param byteSize 64, 128 or 256
   * @return this builder
   * @throws IllegalArgumentException if it is none of them
   */
  public JitAllocatorBuilder granularity(int byteSize) {
    requirePowerOfTwo("granularity", byteSize, MIN_GRANULARITY, MAX_GRANULARITY);
    granularity = byteSize;
    return this;
  }

  /**
   * The size of the first block; each further one is twice as large, up to 64 MiB. By default it is
   * 64 KiB.
   *
   * @param byteSize a power of two from 64 KiB to 256 MiB, in bytes
   * @return this builder
   * @throws IllegalArgumentException if it is not
   */
  public JitAllocatorBuilder blockSize(long byteSize) {
    requirePowerOfTwo("block size", byteSize, MIN_BLOCK_SIZE, MAX_BLOCK_SIZE);
    blockSize = byteSize;
    return this;
  }

  /**
   * Whether the first granule of a block stays unused, so that code which reads just below a
   * function, as some sanitizers do, never reads in front of the block. By default it does.
   *
   * @param unused whether it stays unused
   * @return this builder
   */
  public JitAllocatorBuilder initialPadding(boolean unused) {
    initialPadding = unused;
    return this;
  }

  /**
   * Whether spans are kept in three pools, of 64, 128 and 256 bytes granularity; each goes to the
   * coarsest in which its size wastes nothing more. By default there is one pool. The granularity
   * must be left at 64 bytes.
   *
   * @param multiple whether there are three pools
   * @return this builder
   */
  public JitAllocatorBuilder multiplePools(boolean multiple) {
    multiplePools = multiple;
    return this;
  }

  /**
   * Whether a block goes back to the system as soon as its last span is released. By default each
   * pool keeps one empty block for what comes next.
   *
   * @param immediate whether none is kept
   * @return this builder
   */
  public JitAllocatorBuilder immediateRelease(boolean immediate) {
    immediateRelease = immediate;
    return this;
  }

  /**
   * Whether memory without a span, new or released, is filled with a pattern, by default one that
   * traps on this CPU. By default it is not.
   *
   * @param filled whether it is filled
   * @return this builder
   */
  public JitAllocatorBuilder fillUnusedMemory(boolean filled) {
    fillUnusedMemory = filled;
    return this;
  }

  /**
   * The pattern of {@link #fillUnusedMemory}, which this switches on.
   *
   * @param pattern four bytes, the lowest first in memory
   * @return this builder
   */
  public JitAllocatorBuilder fillPattern(int pattern) {
    fillUnusedMemory = true;
    fillPattern = OptionalInt.of(pattern);
    return this;
  }

  /**
   * Makes an allocator. No memory is mapped before the first span is allocated.
   *
   * @return a new allocator
   * @throws IllegalArgumentException if multiple pools are asked for together with another
   *     granularity than 64
   * @throws UnsupportedOperationException if no backend was given and there is none for this system
   */
  public JitAllocator build() {
    if (multiplePools && granularity != MIN_GRANULARITY) {
      throw new IllegalArgumentException(
          "multiple pools start at a granularity of " + MIN_GRANULARITY + ", not " + granularity);
    }
    return new JitAllocator(this);
  }

  VirtMem resolveVirtMem() {
    return virtMem.isPresent() ? virtMem.get() : VirtMem.host();
  }

  MapperChoice mapping(VirtMem backend) {
    if (strategy.isEmpty()) {
      return new MapperChoice(backend);
    }
    BlockMapper mapper =
        strategy.get() == WriteStrategy.DUAL
            ? new BlockMapper.Dual(backend)
            : new BlockMapper.Direct(backend);
    return new MapperChoice(backend, mapper, "asked for");
  }

  HeapOptions heapOptions() {
    return new HeapOptions(
        granularity,
        multiplePools ? POOL_COUNT : 1,
        blockSize,
        Math.max(blockSize, MAX_GROWN_BLOCK_SIZE),
        BLOCK_UNIT,
        initialPadding,
        !immediateRelease,
        fill(),
        STRIPE_COUNT);
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

  private static void requirePowerOfTwo(String what, long value, long least, long greatest) {
    if (value < least || value > greatest || Long.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          what + " is a power of two from " + least + " to " + greatest + ", not " + value);
    }
  }
}
