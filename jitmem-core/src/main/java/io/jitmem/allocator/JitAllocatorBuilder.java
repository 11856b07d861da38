package io.jitmem.allocator;

import io.jitmem.observe.CodeListener;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.VirtMem;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The options of a {@link JitAllocator}. Not thread-safe. */
public final class JitAllocatorBuilder {
  private static final int MAX_GRANULARITY = 256;
  private static final long MAX_BLOCK_SIZE = 256L << 20;

  private static final long MAX_RANGE = 1L << 40;
  private static final long MAX_QUARANTINE = 1L << 40;

  /** The quarantine of {@link #hardened()}. */
  private static final long HARDENED_QUARANTINE = 1L << 20;

  private final AllocatorOptions chosen = new AllocatorOptions();

  JitAllocatorBuilder() {}

  /**
   * The backend to take blocks from. By default it is {@link VirtMem#host()}.
   *
   * @param backend a backend
   * @return this builder
   */
  public JitAllocatorBuilder virtMem(VirtMem backend) {
    chosen.virtMem = Optional.of(backend);
    return this;
  }

  /**
   * How to write code. By default it is the first of {@link WriteStrategy#DIRECT}, {@link
   * WriteStrategy#DUAL}, {@link WriteStrategy#MAP_JIT} and {@link WriteStrategy#SEAL} that the
   * system allows, decided when the first block is mapped. One that was asked for is not tried
   * before: where the system refuses it, the first allocation or, for {@link WriteStrategy#SEAL},
   * the first write says so.
   *
   * @param wanted the strategy
   * @return this builder
   */
  public JitAllocatorBuilder strategy(WriteStrategy wanted) {
    chosen.strategy = Optional.of(wanted);
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
    requirePowerOfTwo("granularity", byteSize, AllocatorOptions.MIN_GRANULARITY, MAX_GRANULARITY);
    chosen.granularity = byteSize;
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
    requirePowerOfTwo("block size", byteSize, AllocatorOptions.MIN_BLOCK_SIZE, MAX_BLOCK_SIZE);
    chosen.blockSize = byteSize;
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
    chosen.initialPadding = unused;
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
    chosen.multiplePools = multiple;
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
    chosen.immediateRelease = immediate;
    return this;
  }

  /**
   * Whether memory without a span, new or released, is filled with a pattern, by default one that
   * traps on this CPU. By default it is not. Under {@link WriteStrategy#SEAL} released memory is
   * filled when no span is left on its page.
   *
   * @param filled whether it is filled
   * @return this builder
   */
  public JitAllocatorBuilder fillUnusedMemory(boolean filled) {
    chosen.fillUnusedMemory = filled;
    return this;
  }

  /**
   * The pattern of {@link #fillUnusedMemory}, which this switches on.
   *
   * @param pattern four bytes, the lowest first in memory
   * @return this builder
   */
  public JitAllocatorBuilder fillPattern(int pattern) {
    chosen.fillUnusedMemory = true;
    chosen.fillPattern = OptionalInt.of(pattern);
    return this;
  }

  /**
   * Whether blocks are to be made of large pages where their size is a multiple of one. It is a
   * hint: where the system refuses, a smaller block of large pages is tried, then normal pages
   * behind which the system may put large ones, and {@link
   * AllocatorStatistics#largePageFallbackCount()} counts what has none at last. Blocks in a {@link
   * #range} or between {@link #guardPages} have normal pages. By default all have.
   *
   * @param large whether large pages are tried
   * @return this builder
   */
  public JitAllocatorBuilder largePages(boolean large) {
    chosen.largePages = large;
    return this;
  }

  /**
   * Whether the size of every block is rounded up to whole large pages, of the smallest size that
   * the system has; without effect where it has none. By default blocks are multiples of 64 KiB.
   *
   * @param align whether it is
   * @return this builder
   */
  public JitAllocatorBuilder alignBlockSizeToLargePage(boolean align) {
    chosen.alignBlockSizeToLargePage = align;
    return this;
  }

  /**
   * The most memory that blocks may take. By default there is no limit but the system's.
   *
   * @param byteSize a multiple of 64 KiB, at least 64 KiB, in bytes
   * @return this builder
   * @throws IllegalArgumentException if it is not
   */
  public JitAllocatorBuilder limit(long byteSize) {
    chosen.limit = requireUnits("limit", byteSize, AllocatorOptions.BLOCK_UNIT);
    return this;
  }

  /**
   * The part of the {@link #limit}, or of the {@link #range} if there is no limit, that only
   * requests of {@link Priority#MUST_SUCCEED} may use. It is kept in blocks of its own. By default
   * there is none.
   *
   * @param byteSize a multiple of 64 KiB, in bytes; 0 for none
   * @return this builder
   * @throws IllegalArgumentException if it is not
   */
  public JitAllocatorBuilder headroom(long byteSize) {
    chosen.headroom = requireUnits("headroom", byteSize, 0);
    return this;
  }

  /**
   * Puts all blocks into one reservation, so that any two spans lie within its size of each other,
   * and a branch or a displacement of that reach gets from any to any. Where the system refuses a
   * reservation of that size, half of it is tried, and so on, down to the size of a block. {@link
   * AllocatorStatistics#limitBytes()} tells what was got, after the first span.
   *
   * @param byteSize a power of two from the block size to 1 TiB, in bytes; at most 1 GiB for
   *     branches of x86-64 and 64 MiB for those of AArch64, which have a sign
   * @return this builder
   * @throws IllegalArgumentException if it is no power of two from 64 KiB to 1 TiB
   */
  public JitAllocatorBuilder range(long byteSize) {
    requirePowerOfTwo("range", byteSize, AllocatorOptions.MIN_BLOCK_SIZE, MAX_RANGE);
    chosen.range = OptionalLong.of(byteSize);
    chosen.leastRange = OptionalLong.empty();
    return this;
  }

  /**
   * The same with another least size than a block's.
   *
   * @param byteSize as of {@link #range(long)}
   * @param leastByteSize the size below which the reservation is no use, a power of two from 64 KiB
   *     to {@code byteSize}
   * @return this builder
   * @throws IllegalArgumentException if one of them is not what it says
   */
  public JitAllocatorBuilder range(long byteSize, long leastByteSize) {
    range(byteSize);
    requirePowerOfTwo("least range", leastByteSize, AllocatorOptions.MIN_BLOCK_SIZE, byteSize);
    chosen.leastRange = OptionalLong.of(leastByteSize);
    return this;
  }

  /**
   * Puts all blocks near an address: every span lies wholly within a distance of it. They are in
   * one {@link #range}; without one of its own, in one of up to 1 GiB, or of half of that and so
   * on, until it fits.
   *
   * @param address the address, of a library's function, say
   * @param distance the greatest distance in bytes, at least 64 KiB
   * @return this builder
   * @throws IllegalArgumentException if the distance is less
   */
  public JitAllocatorBuilder near(long address, long distance) {
    if (distance < AllocatorOptions.MIN_BLOCK_SIZE) {
      throw new IllegalArgumentException(
          "distance is at least " + AllocatorOptions.MIN_BLOCK_SIZE + ", not " + distance);
    }
    chosen.placement = Optional.of(Placement.near(address, distance));
    return this;
  }

  /**
   * Whether each block has inaccessible memory in front of it and behind it. The backend must be
   * able to reserve address space. By default it has not.
   *
   * @param guarded whether it has
   * @return this builder
   */
  public JitAllocatorBuilder guardPages(boolean guarded) {
    chosen.guardPages = guarded;
    return this;
  }

  /**
   * Whether indirect branches may enter code only where they are meant to. It has an effect where
   * the CPU and the system can do it, which {@link VirtMem#guardsBranches()} of {@link
   * JitAllocator#virtMem()} tells, and is ignored elsewhere. By default branches are not guarded.
   *
   * <p>One kind of guard is an instruction at which they may enter, {@code bti} on AArch64; all
   * code must have it where it is entered. Object files that say they have none are refused when
   * they are linked; other code is believed.
   *
   * <p>The other is a list ({@link VirtMem#listsCallTargets()}): the start of each span is on it
   * from its publication to its release, and so are the functions of linked code and the symbols of
   * {@link WriteScope#describe}, but for those that are at no multiple of {@link
   * VirtMem#CALL_TARGET_BYTE_ALIGNMENT}: code that exports such a function is refused when it is
   * linked. A release then costs time linear in the size of the span, since all of it is taken off.
   *
   * @param guarded whether they are
   * @return this builder
   */
  public JitAllocatorBuilder guardedBranches(boolean guarded) {
    chosen.guardedBranches = guarded;
    return this;
  }

  /**
   * Whether spans are put at random places of the free memory, so that where they lie cannot be
   * foreseen. Every allocation then searches, and free memory is in more pieces. By default they
   * are put next to each other.
   *
   * @param random whether they are
   * @return this builder
   */
  public JitAllocatorBuilder randomPlacement(boolean random) {
    chosen.randomPlacement = random;
    return this;
  }

  /**
   * Where the random numbers of {@link #randomPlacement}, which this switches on, start from; for
   * tests that are to be repeated. By default it comes from the system's source of randomness.
   *
   * @param seed any number
   * @return this builder
   */
  public JitAllocatorBuilder randomSeed(long seed) {
    chosen.randomPlacement = true;
    chosen.randomSeed = OptionalLong.of(seed);
    return this;
  }

  /**
   * How many bytes must be released before the memory of a released span can be had again, by
   * threads that share a part of the allocator. It may hold back that much for each processor.
   * Under {@link WriteStrategy#SEAL} whole pages count. By default released memory can be had at
   * once.
   *
   * @param byteSize 0 to 1 TiB
   * @return this builder
   * @throws IllegalArgumentException if it is not
   */
  public JitAllocatorBuilder quarantine(long byteSize) {
    if (byteSize < 0 || byteSize > MAX_QUARANTINE) {
      throw new IllegalArgumentException(
          "quarantine is 0 to " + MAX_QUARANTINE + " bytes, not " + byteSize);
    }
    chosen.quarantine = byteSize;
    return this;
  }

  /**
   * Makes attacks on generated code harder: {@link WriteStrategy#DUAL}, so that no page is writable
   * where it is executed, {@link #fillUnusedMemory} by a trap, {@link #randomPlacement}, {@link
   * #guardPages}, and a {@link #quarantine} of 1 MiB. Each can be set otherwise afterwards; with
   * {@link WriteStrategy#SEAL} there is no second view that could be found.
   *
   * @return this builder
   */
  public JitAllocatorBuilder hardened() {
    return strategy(WriteStrategy.DUAL)
        .fillUnusedMemory(true)
        .randomPlacement(true)
        .guardPages(true)
        .quarantine(HARDENED_QUARANTINE);
  }

  /**
   * Adds a listener that is told of code as it is published and released, after those that were
   * added before. A release then takes the memory's lock twice, and as long as the listeners take.
   * By default nobody is told, which costs nothing.
   *
   * @param listener who is told; thread-safe
   * @return this builder
   */
  public JitAllocatorBuilder listener(CodeListener listener) {
    chosen.listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * What to call the allocator in events, so that several of a JVM can be told apart. By default it
   * is {@code allocator-} and a number.
   *
   * @param text the name, not empty
   * @return this builder
   * @throws IllegalArgumentException if it is empty
   */
  public JitAllocatorBuilder name(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the name of an allocator is not empty");
    }
    chosen.name = text;
    return this;
  }

  /**
   * Makes an allocator. No memory is mapped before the first span is allocated.
   *
   * @return a new allocator
   * @throws IllegalArgumentException if options contradict each other: multiple pools and another
   *     granularity than 64, a headroom that no limit or range is larger than, a range that is
   *     smaller than a block, {@link WriteStrategy#MAP_JIT} in a range or between guard pages
   * @throws UnsupportedOperationException if no backend was given and there is none for this
   *     system, or there is a listener and the CPU is not known
   */
  public JitAllocator build() {
    chosen.requireConsistent();
    return new JitAllocator(chosen);
  }

  private static long requireUnits(String what, long value, long least) {
    if (value < least || value % AllocatorOptions.BLOCK_UNIT != 0) {
      throw new IllegalArgumentException(
          "%s is a multiple of %d from %d on, not %d"
              .formatted(what, AllocatorOptions.BLOCK_UNIT, least, value));
    }
    return value;
  }

  private static void requirePowerOfTwo(String what, long value, long least, long greatest) {
    if (value < least || value > greatest || Long.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          what + " is a power of two from " + least + " to " + greatest + ", not " + value);
    }
  }
}
