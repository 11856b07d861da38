package io.jitmem.tests.allocator;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.tests.allocator.AllocatorAction.Kind;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Random programs of {@link AllocatorAction}s, which shrink to the shortest that still fails. */
public final class AllocatorActions {
  private static final int MOST_SPANS = 1 << 20;
  private static final long GRANULE = 64;
  private static final long SMALL = 2000;

  private AllocatorActions() {}

  /**
   * Sizes of spans: most of them small, and many at the boundaries of granules of 64 to 256 bytes,
   * of pages of 4 to 64 KiB, of blocks of 64 KiB and what they double to, and of what is largest.
   *
   * @param largest the largest size, 1 to {@link JitAllocator#MAX_SPAN_BYTE_SIZE}
   * @return sizes in bytes
   * @throws IllegalArgumentException if {@code largest} is out of range
   */
  public static Arbitrary<Long> sizes(long largest) {
    if (largest < 1 || largest > JitAllocator.MAX_SPAN_BYTE_SIZE) {
      throw new IllegalArgumentException(
          "the largest span has 1.." + JitAllocator.MAX_SPAN_BYTE_SIZE + " bytes, not " + largest);
    }
    return Arbitraries.frequencyOf(
            Tuple.of(60, Arbitraries.longs().between(1, SMALL)),
            Tuple.of(30, around(1, GRANULE, 128, 192, 256, 512, 1024)),
            Tuple.of(6, around(4096, 8192, 16_384)),
            Tuple.of(3, around((64 << 10) - GRANULE, 64 << 10, 128 << 10)),
            Tuple.of(1, around(256 << 10, largest)))
        .map(size -> Math.min(size, largest));
  }

  /** Sizes one below, one above, and exactly. */
  private static Arbitrary<Long> around(long... sizes) {
    Long[] all = new Long[3 * sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      all[3 * i] = sizes[i];
      all[3 * i + 1] = Math.max(1, sizes[i] - 1);
      all[3 * i + 2] = sizes[i] + 1;
    }
    return Arbitraries.of(all);
  }

  /**
   * Actions, allocations among them as often as releases.
   *
   * @param largest the largest size of a span in bytes, as of {@link #sizes}
   * @return actions of all kinds
   */
  public static Arbitrary<AllocatorAction> actions(long largest) {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(44, Kind.ALLOCATE),
            Tuple.of(2, Kind.ALLOCATE_URGENTLY),
            Tuple.of(1, Kind.ALLOCATE_IMPOSSIBLE),
            Tuple.of(18, Kind.RELEASE),
            Tuple.of(6, Kind.RELEASE_ADDRESS),
            Tuple.of(3, Kind.RELEASE_AGAIN),
            Tuple.of(2, Kind.RELEASE_INSIDE),
            Tuple.of(1, Kind.RELEASE_FOREIGN),
            Tuple.of(8, Kind.SHRINK),
            Tuple.of(1, Kind.GROW),
            Tuple.of(3, Kind.QUERY),
            Tuple.of(3, Kind.QUERY_FREED),
            Tuple.of(3, Kind.WRITE),
            Tuple.of(3, Kind.WRITE_PART),
            Tuple.of(3, Kind.WRITE_IN_PLACE),
            Tuple.of(1, Kind.WRITE_PAST),
            Tuple.of(2, Kind.WRITE_SCOPE),
            Tuple.of(2, Kind.TRIM),
            Tuple.of(1, Kind.RESET));
    return Combinators.combine(kinds, Arbitraries.integers().between(0, MOST_SPANS), sizes(largest))
        .as(AllocatorAction::new);
  }

  /**
   * Programs.
   *
   * @param largest the largest size of a span in bytes, as of {@link #sizes}
   * @param mostActions the largest number of actions, above 0; all numbers are as likely
   * @return lists of actions
   */
  public static Arbitrary<List<AllocatorAction>> programs(long largest, int mostActions) {
    return actions(largest)
        .list()
        .ofMinSize(1)
        .ofMaxSize(mostActions)
        .withSizeDistribution(RandomDistribution.uniform());
  }
}
