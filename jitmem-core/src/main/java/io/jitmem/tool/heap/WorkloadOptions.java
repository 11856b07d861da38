package io.jitmem.tool.heap;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.JitAllocatorBuilder;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.StrategyOption;
import io.jitmem.tool.command.UsageException;
import io.jitmem.virtmem.VirtMem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an allocator is to do, and what it is to be like.
 *
 * @param spans about how many are alive at once
 * @param seed where chance starts from
 * @param strategy how code is written, or null to leave it to the allocator
 * @param limit the bytes that blocks may have, or 0 for no limit
 */
public record WorkloadOptions(
    Sizes sizes,
    long spans,
    long seed,
    @Nullable WriteStrategy strategy,
    boolean hardened,
    boolean pools,
    long limit) {
  private static final List<String> NAMES =
      List.of("--workload", "--spans", "--seed", StrategyOption.NAME, "--limit");

  /** Options without a value, which are taken out before the others are read. */
  private static final List<String> FLAGS = List.of("--hardened", "--pools");

  private static final long MOST_SPANS = 10_000_000;
  private static final long MOST_LIMIT = 1L << 40;

  /**
   * Takes a command's arguments apart.
   *
   * @param own the names of the command's own options
   * @param ownFlags the names of those that have no value
   * @throws UsageException if an option is unknown, or something is no option
   */
  public static Options parse(
      String command, List<String> own, List<String> ownFlags, List<String> arguments) {
    List<String> names = new ArrayList<>(NAMES);
    names.addAll(own);
    List<String> flags = new ArrayList<>(FLAGS);
    flags.addAll(ownFlags);
    names.addAll(flags);
    List<String> given = new ArrayList<>();
    for (String argument : arguments) {
      given.add(flags.contains(argument) ? argument + "=yes" : argument);
    }
    Options options = Options.parse(names, given);
    for (String flag : flags) {
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

  /** The options of a workload and its allocator that were given. */
  public static List<String> given(Options options) {
    return Stream.concat(NAMES.stream(), FLAGS.stream())
        .filter(name -> options.value(name) != null)
        .toList();
  }

  /**
   * Reads what of the options is about the workload.
   *
   * @throws UsageException if a value is wrong
   */
  public static WorkloadOptions of(Options options) {
    return new WorkloadOptions(
        Sizes.of(options.value("--workload")),
        options.number("--spans", 1, MOST_SPANS, 1_000),
        options.number("--seed", Long.MIN_VALUE, Long.MAX_VALUE, 1),
        StrategyOption.of(options),
        options.value("--hardened") != null,
        options.value("--pools") != null,
        options.number("--limit", 1 << 16, MOST_LIMIT, 0));
  }

  /**
   * Makes the allocator.
   *
   * @throws UsageException if a value is none that an allocator takes, or options contradict each
   *     other
   */
  public JitAllocator allocator(VirtMem backend) {
    try {
      return builder(backend).build();
    } catch (IllegalArgumentException contradiction) {
      UsageException wrong = new UsageException(String.valueOf(contradiction.getMessage()));
      wrong.initCause(contradiction);
      throw wrong;
    }
  }

  private JitAllocatorBuilder builder(VirtMem backend) {
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
    return builder;
  }
}
