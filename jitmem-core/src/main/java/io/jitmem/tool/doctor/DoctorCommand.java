package io.jitmem.tool.doctor;

import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.OutputFormat;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.UsageException;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import java.util.function.Supplier;

/** Reports what this system allows, with the reason for everything that it does not. */
public final class DoctorCommand implements Command {
  private final Terminal terminal;
  private final Supplier<VirtMem> backend;
  private final String version;

  /**
   * A command that reports on a backend.
   *
   * @param version of jitmem, for the report's head
   */
  public DoctorCommand(Terminal terminal, Supplier<VirtMem> backend, String version) {
    this.terminal = terminal;
    this.backend = backend;
    this.version = version;
  }

  @Override
  public String help() {
    return DoctorHelp.TEXT;
  }

  @Override
  public ExitStatus run(List<String> arguments) {
    Options options = Options.parse(List.of(OutputFormat.OPTION), arguments);
    if (!options.operands().isEmpty()) {
      throw new UsageException(
          "doctor takes no argument "
              + Quoted.of(options.operands().getFirst())
              + "; it takes --format text|json");
    }
    OutputFormat format = OutputFormat.of(options);
    Diagnosis diagnosis = Diagnosis.make(version, backend);
    terminal
        .out()
        .print(
            format == OutputFormat.JSON
                ? JsonReport.of(diagnosis)
                : TextReport.of(diagnosis, TextStyle.of(terminal)));
    return diagnosis.isUsable() ? ExitStatus.SUCCESS : ExitStatus.REFUSED;
  }
}
