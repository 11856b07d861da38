package io.jitmem.tool.run;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code run} is asked to do.
 *
 * @param strategy how to write the code, or null to leave it to the allocator
 * @param repeat how often to call, or 0 for one call that is not timed
 * @param arguments the function's arguments as they were written
 */
record RunRequest(
    MachineCode code,
    FunctionType type,
    @Nullable WriteStrategy strategy,
    long repeat,
    List<String> arguments) {
  static final long MAX_REPEAT = 1_000_000_000_000L;

  private static final List<String> OPTIONS =
      List.of("--hex", "--file", "--type", "--strategy", "--repeat");

  /**
   * Reads the command's arguments, and the code from where they say.
   *
   * @throws UsageException if they are wrong
   */
  static RunRequest parse(List<String> arguments, InputStream in) {
    Options options = Options.parse(OPTIONS, arguments);
    return new RunRequest(
        code(options.value("--hex"), options.value("--file"), in),
        type(options.value("--type")),
        strategy(options.value("--strategy")),
        repeat(options.value("--repeat")),
        options.operands());
  }

  private static MachineCode code(@Nullable String hex, @Nullable String file, InputStream in) {
    if ((hex == null) == (file == null)) {
      throw new UsageException(
          (hex == null ? "there is no code to run" : "the code is given twice")
              + "; run takes either --hex BYTES or --file FILE");
    }
    if (hex == null) {
      return MachineCode.of(file.equals("-") ? CodeBytes.RAW.read(in) : CodeBytes.RAW.read(file));
    }
    try {
      return MachineCode.of(HexBytes.parse(hex));
    } catch (UsageException wrong) {
      throw wrong.at("--hex");
    }
  }

  private static FunctionType type(@Nullable String type) {
    if (type == null) {
      throw new UsageException("run needs the code's type, as in --type \"int(int,int)\"");
    }
    try {
      return FunctionType.parse(type);
    } catch (UsageException wrong) {
      throw wrong.at("--type");
    }
  }

  private static @Nullable WriteStrategy strategy(@Nullable String strategy) {
    if (strategy == null) {
      return null;
    }
    return switch (strategy) {
      case "direct" -> WriteStrategy.DIRECT;
      case "dual" -> WriteStrategy.DUAL;
      default ->
          throw new UsageException(
              "--strategy: unknown strategy "
                  + Quoted.of(strategy)
                  + NearestName.question(strategy, List.of("direct", "dual"))
                  + "; there are direct, dual");
    };
  }

  private static long repeat(@Nullable String repeat) {
    if (repeat == null) {
      return 0;
    }
    try {
      return WholeNumbers.between(1, MAX_REPEAT).parse(repeat);
    } catch (UsageException wrong) {
      throw wrong.at("--repeat");
    }
  }
}
