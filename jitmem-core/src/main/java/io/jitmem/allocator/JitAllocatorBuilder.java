package io.jitmem.allocator;

import io.jitmem.allocator.block.Pool;
import io.jitmem.allocator.heap.BlockMapper;
import io.jitmem.allocator.heap.MapperChoice;
import io.jitmem.virtmem.VirtMem;
import java.util.Optional;

/** The options of a {@link JitAllocator}. Not thread-safe. */
public final class JitAllocatorBuilder {
  private static final int MIN_GRANULARITY = 64;
  private static final int MAX_GRANULARITY = 256;
  private static final long MIN_BLOCK_SIZE = 64L << 10;
  private static final long MAX_BLOCK_SIZE = 256L << 20;

  /** Blocks double up to this size. */
  private static final long MAX_GROWN_BLOCK_SIZE = 64L << 20;

  private Optional<VirtMem> virtMem = Optional.empty();
  private Optional<WriteStrategy> strategy = Optional.empty();
  private int granularity = MIN_GRANULARITY;
  private long blockSize = MIN_BLOCK_SIZE;
  private boolean initialPadding = true;

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
   * Makes an allocator. No memory is mapped before the first span is allocated.
   *
   * @return a new allocator
   * @throws UnsupportedOperationException if no backend was given and there is none for this system
   */
  public JitAllocator build() {
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

  Pool pool() {
    long maximum = Math.max(blockSize, MAX_GROWN_BLOCK_SIZE);
    return new Pool(granularity, initialPadding ? 1 : 0, blockSize, maximum);
  }

  private static void requirePowerOfTwo(String what, long value, long least, long greatest) {
    if (value < least || value > greatest || Long.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          what + " is a power of two from " + least + " to " + greatest + ", not " + value);
    }
  }
}
