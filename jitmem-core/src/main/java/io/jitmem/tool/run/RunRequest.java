package io.jitmem.tool.run;

import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.StrategyOption;
import io.jitmem.tool.command.UsageException;
import io.jitmem.tool.command.WholeNumbers;
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
    CodeSource code,
    FunctionType type,
    @Nullable WriteStrategy strategy,
    long repeat,
    List<String> arguments) {
  static final long MAX_REPEAT = 1_000_000_000_000L;

  private static final List<String> OPTIONS =
      List.of(
          "--hex",
          "--file",
          "--object",
          "--library",
          "--link",
          "--symbol",
          "--type",
          StrategyOption.NAME,
          "--repeat");
  private static final List<String> REPEATABLE = List.of("--object", "--library", "--link");

  /**
   * Reads the command's arguments, and the code from where they say.
   *
   * @throws UsageException if they are wrong
   */
  static RunRequest parse(List<String> arguments, InputStream in) {
    Options options = Options.parse(OPTIONS, REPEATABLE, arguments);
    return new RunRequest(
        code(options, in),
        type(options.value("--type")),
        StrategyOption.of(options),
        repeat(options.value("--repeat")),
        options.operands());
  }

  private static CodeSource code(Options options, InputStream in) {
    String hex = options.value("--hex");
    String file = options.value("--file");
    ObjectCode.Files files =
        new ObjectCode.Files(
            options.values("--object"), options.values("--library"), options.values("--link"));
    requireOne((hex == null ? 0 : 1) + (file == null ? 0 : 1) + (files.isEmpty() ? 0 : 1));
    if (!files.isEmpty()) {
      return ObjectCode.read(files, options.value("--symbol"), in);
    }
    if (options.value("--symbol") != null || !files.links().isEmpty()) {
      throw new UsageException("--symbol and --link are for the code of an --object or --library");
    }
    return new CodeSource.Plain(hex == null ? file(String.valueOf(file), in) : hex(hex));
  }

  private static void requireOne(int given) {
    if (given != 1) {
      throw new UsageException(
          (given == 0 ? "there is no code to run" : "the code is given twice")
              + "; run takes one of --hex BYTES, --file FILE and --object FILE");
    }
  }

  private static MachineCode file(String file, InputStream in) {
    return MachineCode.of(file.equals("-") ? CodeBytes.RAW.read(in) : CodeBytes.RAW.read(file));
  }

  private static MachineCode hex(String hex) {
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
