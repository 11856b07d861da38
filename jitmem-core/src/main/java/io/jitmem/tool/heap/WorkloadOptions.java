package io.jitmem.tool.heap;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.UsageException;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an allocator is to do, and what it is to be like.
 *
 * @param spans about how many are alive at once
 * @param seed where chance starts from
 * @param strategy how code is written, or null to leave it to the allocator
 * @param limit the bytes that blocks may have, or 0 for no limit
 */
record WorkloadOptions(
    Sizes sizes,
    long spans,
    long seed,
    @Nullable WriteStrategy strategy,
    boolean hardened,
    boolean pools,
    long limit) {
  static final List<String> NAMES =
      List.of("--workload", "--spans", "--seed", "--strategy", "--limit");

  /** Options without a value, which are taken out before the others are read. */
  static final List<String> FLAGS = List.of("--hardened", "--pools");

  private static final List<String> STRATEGIES = List.of("direct", "dual", "seal", "map-jit");
  private static final long MOST_SPANS = 10_000_000;
  private static final long MOST_LIMIT = 1L << 40;

  /**
   * Takes a command's arguments apart.
   *
   * @param own the names of the command's own options
   * @throws UsageException if an option is unknown, or something is no option
   */
  static Options parse(String command, List<String> own, List<String> arguments) {
    List<String> names = new ArrayList<>(NAMES);
    names.addAll(own);
    names.addAll(FLAGS);
    List<String> given = new ArrayList<>();
    for (String argument : arguments) {
      given.add(FLAGS.contains(argument) ? argument + "=yes" : argument);
    }
    Options options = Options.parse(names, given);
    for (String flag : FLAGS) {
      if (options.value(flag) != null && !"yes".equals(options.value(flag))) {
        throw new UsageException(flag + " takes no value");
      }
    }
    if (!options.operands().isEmpty()) {
      throw new UsageException(
          command + " takes options only, not '" + options.operands().getFirst() + "'");
    }
    return options;
  }

  /**
   * Reads what of the options is about the workload.
   *
   * @throws UsageException if a value is wrong
   */
  static WorkloadOptions of(Options options) {
    return new WorkloadOptions(
        Sizes.of(options.value("--workload")),
        Numbers.of(options, "--spans", 1, MOST_SPANS, 1_000),
        Numbers.of(options, "--seed", Long.MIN_VALUE, Long.MAX_VALUE, 1),
        strategy(options.value("--strategy")),
        options.value("--hardened") != null,
        options.value("--pools") != null,
        Numbers.of(options, "--limit", 1 << 16, MOST_LIMIT, 0));
  }

  private static @Nullable WriteStrategy strategy(@Nullable String name) {
    if (name == null) {
      return null;
    }
    return switch (name) {
      case "direct" -> WriteStrategy.DIRECT;
      case "dual" -> WriteStrategy.DUAL;
      case "seal" -> WriteStrategy.SEAL;
      case "map-jit" -> WriteStrategy.MAP_JIT;
      default -> throw Names.unknown("--strategy", "strategy", name, STRATEGIES);
    };
  }

  /**
   * Makes the allocator.
   *
   * @throws UsageException if options contradict each other
   */
  JitAllocator allocator(VirtMem backend) {
    JitAllocatorBuilder builder = JitAllocator.builder().virtMem(backend).multiplePools(pools);
    if (hardened) {
      builder.hardened().randomSeed(seed);
    }
    if (strategy != null) {
      builder.strategy(strategy);
    }
    if (limit > 0) {
      builder.limit(limit);
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException contradiction) {
      UsageException wrong = new UsageException(String.valueOf(contradiction.getMessage()));
      wrong.initCause(contradiction);
      throw wrong;
    }
  }
}
