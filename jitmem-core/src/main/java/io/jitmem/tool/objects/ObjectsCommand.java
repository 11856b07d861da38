package io.jitmem.tool.objects;

import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.InputFile;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.OutputFormat;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.UsageException;
import java.util.List;

/** Lists what an object file or a static library holds, and whether it can be loaded. */
public final class ObjectsCommand implements Command {
  private static final int MAX_BYTES = 1 << 30;
  private static final InputFile FILES =
      new InputFile(
          MAX_BYTES,
          "an object file or a static library of up to "
              + MAX_BYTES
              + " bytes, or - for standard input");

  private final Terminal terminal;

  /** A command that needs no backend. */
  public ObjectsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public String help() {
    return ObjectsHelp.TEXT;
  }

  @Override
  public ExitStatus run(List<String> arguments) {
    Options options = Options.parse(List.of(OutputFormat.OPTION), arguments);
    if (options.operands().size() != 1) {
      throw new UsageException("objects takes one FILE, not " + options.operands().size());
    }
    String name = options.operands().getFirst();
    OutputFormat format = OutputFormat.of(options);
    byte[] bytes = name.equals("-") ? FILES.read(terminal.in()) : FILES.read(name);
    FileReport report = FileExamination.of(name, bytes);
    terminal
        .out()
        .print(format == OutputFormat.JSON ? ObjectsJson.of(report) : ObjectsText.of(report));
    return report.isLoadable() ? ExitStatus.SUCCESS : ExitStatus.REFUSED;
  }
}
