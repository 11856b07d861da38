package io.jitmem.allocator;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What an allocator holds at one moment.
 *
 * @param strategy how its blocks are written
 * @param strategyReason why this strategy: that it was asked for, or what the system allowed or
 *     refused
 * @param pools its pools, by ascending granularity; what is in the headroom is counted in them
 * @param limitBytes the bytes that its blocks may have, or the size of its range if that is less;
 *     {@link Long#MAX_VALUE} without either
 * @param headroomBytes the part of the limit that is kept for {@link Priority#MUST_SUCCEED}
 * @param largePageBlockCount the number of blocks so far that have got large pages
 * @param largePageFallbackCount the number of blocks so far that were to have large pages and have
 *     got normal ones
 */
public record AllocatorStatistics(
    WriteStrategy strategy,
    String strategyReason,
    List<PoolStatistics> pools,
    long limitBytes,
    long headroomBytes,
    long largePageBlockCount,
    long largePageFallbackCount) {
  /** Copies the list. */
  public AllocatorStatistics {
    pools = List.copyOf(pools);
  }

  /**
   * The number of blocks.
   *
   * @return the sum over the pools
   */
  public long blockCount() {
    return sum(PoolStatistics::blockCount);
  }

  /**
   * The number of live spans.
   *
   * @return the sum over the pools
   */
  public long spanCount() {
    return sum(PoolStatistics::spanCount);
  }

  /**
   * The bytes of live spans, in whole granules.
   *
   * @return the sum over the pools
   */
  public long usedBytes() {
    return sum(PoolStatistics::usedBytes);
  }

  /**
   * The bytes of released spans that nobody can get yet: in quarantine, or being filled; under
   * {@link WriteStrategy#SEAL} also what is left of pages that spans are on.
   *
   * @return the sum over the pools
   */
  public long heldBytes() {
    return sum(PoolStatistics::heldBytes);
  }

  /**
   * The bytes of the blocks.
   *
   * @return the sum over the pools
   */
  public long reservedBytes() {
    return sum(PoolStatistics::reservedBytes);
  }

  /**
   * The bytes of the pages that may have memory behind them: see {@link
   * PoolStatistics#committedBytes()}.
   *
   * @return the sum over the pools
   */
  public long committedBytes() {
    return sum(PoolStatistics::committedBytes);
  }

  /**
   * The bytes that bookkeeping takes in the Java heap.
   *
   * @return the sum over the pools
   */
  public long overheadBytes() {
    return sum(PoolStatistics::overheadBytes);
  }

  /**
   * Used in relation to reserved.
   *
   * @return 0 to 1; 0 if nothing is reserved
   */
  public double usedRatio() {
    return ratio(usedBytes());
  }

  /**
   * Unused in relation to reserved.
   *
   * @return 0 to 1; 0 if nothing is reserved
   */
  public double unusedRatio() {
    return ratio(reservedBytes() - usedBytes());
  }

  /**
   * Overhead in relation to reserved.
   *
   * @return at least 0; 0 if nothing is reserved
   */
  public double overheadRatio() {
    return ratio(overheadBytes());
  }

  private double ratio(long bytes) {
    long reserved = reservedBytes();
    return reserved == 0 ? 0 : (double) bytes / reserved;
  }

  private long sum(ToLongFunction<PoolStatistics> figure) {
    return pools.stream().mapToLong(figure).sum();
  }
}
