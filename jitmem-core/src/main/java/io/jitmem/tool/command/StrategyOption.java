package io.jitmem.tool.command;

import io.jitmem.allocator.WriteStrategy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The option {@code --strategy}: how code is written. */
public final class StrategyOption {
  /** The option's name. */
  public static final String NAME = "--strategy";

  private StrategyOption() {}

  /**
   * The strategy that is asked for, or null to leave it to the allocator.
   *
   * @throws UsageException if there is no such strategy
   */
  public static @Nullable WriteStrategy of(Options options) {
    String name = options.value(NAME);
    if (name == null) {
      return null;
    }
    return switch (name) {
      case "direct" -> WriteStrategy.DIRECT;
      case "dual" -> WriteStrategy.DUAL;
      case "seal" -> WriteStrategy.SEAL;
      case "map-jit" -> WriteStrategy.MAP_JIT;
      default ->
          throw UnknownName.of(
              NAME, "strategy", name, List.of("direct", "dual", "seal", "map-jit"));
    };
  }
}
