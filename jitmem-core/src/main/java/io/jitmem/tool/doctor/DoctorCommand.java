package io.jitmem.tool.doctor;

import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.UsageException;
import io.jitmem.virtmem.VirtMem;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reports what this system allows, with the reason for everything that it does not. */
public final class DoctorCommand implements Command {
  private static final List<String> FORMATS = List.of("text", "json");

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
    Options options = Options.parse(List.of("--format"), arguments);
    if (!options.operands().isEmpty()) {
      throw new UsageException(
          "doctor takes no argument "
              + Quoted.of(options.operands().getFirst())
              + "; it takes --format text|json");
    }
    boolean json = isJson(options.value("--format"));
    Diagnosis diagnosis = Diagnosis.make(version, backend);
    terminal
        .out()
        .print(json ? JsonReport.of(diagnosis) : TextReport.of(diagnosis, TextStyle.of(terminal)));
    return diagnosis.isUsable() ? ExitStatus.SUCCESS : ExitStatus.REFUSED;
  }

  private static boolean isJson(@Nullable String format) {
    if (format != null && !FORMATS.contains(format)) {
      throw new UsageException(
          "--format: unknown format "
              + Quoted.of(format)
              + NearestName.question(format, FORMATS)
              + "; there are text, json");
    }
    return "json".equals(format);
  }
}
