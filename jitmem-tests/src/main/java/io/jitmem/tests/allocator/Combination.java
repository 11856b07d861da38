package io.jitmem.tests.allocator;

import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.WriteStrategy;
import java.util.ArrayList;
import java.util.List;

/**
 * Options of an allocator.
 *
 * @param mapping how and where blocks are mapped
 * @param granularity the unit of spans, or 0 for several pools
 * @param reuse where spans are placed, and when their memory is used again
 * @param flags the options that are on or off
 */
record Combination(Mapping mapping, int granularity, Reuse reuse, Flags flags) {
  /** How blocks are written, and where they lie. */
  enum Mapping {
    CHOSEN,
    DIRECT,
    DUAL,
    DIRECT_RANGE,
    DUAL_RANGE,
    DIRECT_GUARDED,
    DUAL_GUARDED,
    DIRECT_GUARDED_RANGE,
    DUAL_GUARDED_RANGE,
    SEAL,
    SEAL_RANGE,
    SEAL_GUARDED;

    void apply(JitAllocatorBuilder builder) {
      if (this != CHOSEN) {
        builder.strategy(strategy());
      }
      if (name().endsWith("RANGE")) {
        builder.range(RANGE_BYTES);
      }
      builder.guardPages(name().contains("GUARDED"));
    }

    private WriteStrategy strategy() {
      return switch (this) {
        case DUAL, DUAL_RANGE, DUAL_GUARDED, DUAL_GUARDED_RANGE -> WriteStrategy.DUAL;
        case SEAL, SEAL_RANGE, SEAL_GUARDED -> WriteStrategy.SEAL;
        default -> WriteStrategy.DIRECT;
      };
    }
  }

  enum Reuse {
    SOON,
    RANDOM,
    QUARANTINE,
    RANDOM_QUARANTINE;

    boolean isLate() {
      return this == QUARANTINE || this == RANDOM_QUARANTINE;
    }

    void apply(JitAllocatorBuilder builder) {
      builder.quarantine(isLate() ? QUARANTINE_BYTES : 0);
      if (this == RANDOM || this == RANDOM_QUARANTINE) {
        builder.randomSeed(SEED);
      }
    }
  }

  record Flags(boolean fill, boolean immediate, boolean padding, boolean limited) {
    void apply(JitAllocatorBuilder builder) {
      builder.fillUnusedMemory(fill).immediateRelease(immediate).initialPadding(padding);
      if (limited) {
        builder.limit(LIMIT_BYTES).headroom(HEADROOM_BYTES);
      }
    }

    @Override
    public String toString() {
      return (fill ? ", fill" : "")
          + (immediate ? ", immediate release" : "")
          + (padding ? "" : ", no padding")
          + (limited ? ", limit" : "");
    }
  }

  private static final long RANGE_BYTES = 8 << 20;
  private static final long QUARANTINE_BYTES = 5000;
  private static final long LIMIT_BYTES = 1 << 20;
  private static final long HEADROOM_BYTES = 256 << 10;
  private static final long SEED = 42;
  private static final int POOLS = 0;
  private static final int FLAG_BITS = 4;

  static List<Combination> all() {
    List<Combination> all = new ArrayList<>();
    for (int granularity : new int[] {64, 128, 256, POOLS}) {
      for (Reuse reuse : Reuse.values()) {
        for (int bits = 0; bits < 1 << FLAG_BITS; bits++) {
          Flags flags = flags(bits);
          for (Mapping mapping : Mapping.values()) {
            all.add(new Combination(mapping, granularity, reuse, flags));
          }
        }
      }
    }
    return all;
  }

  private static Flags flags(int bits) {
    return new Flags((bits & 1) != 0, (bits & 2) != 0, (bits & 4) == 0, (bits & 8) != 0);
  }

  AllocatorSetup setup() {
    String unit = granularity == POOLS ? "pools" : granularity + " bytes";
    // A sealed span counts with the whole pages that it leaves, which the model does not know.
    boolean known = reuse.isLate() && mapping.strategy() != WriteStrategy.SEAL;
    long quarantine = known ? QUARANTINE_BYTES : 0;
    return new AllocatorSetup(
        mapping + ", " + unit + ", " + reuse + flags, this::apply, quarantine, flags.fill());
  }

  private JitAllocatorBuilder apply(JitAllocatorBuilder builder) {
    mapping.apply(builder);
    reuse.apply(builder);
    flags.apply(builder);
    return granularity == POOLS ? builder.multiplePools(true) : builder.granularity(granularity);
  }
}
