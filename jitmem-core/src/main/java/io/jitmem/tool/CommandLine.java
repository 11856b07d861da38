package io.jitmem.tool;

import io.jitmem.code.LinkException;
import io.jitmem.code.ObjectFileException;
import io.jitmem.tool.command.Command;
import io.jitmem.tool.command.ExitStatus;
import io.jitmem.tool.command.NearestName;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.UsageException;
import io.jitmem.tool.doctor.DoctorCommand;
import io.jitmem.tool.heap.MapCommand;
import io.jitmem.tool.objects.ObjectsCommand;
import io.jitmem.tool.run.RunCommand;
import io.jitmem.tool.top.TopCommand;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Finds the command that is meant, runs it, and turns what it throws into a line and a status. */
public final class CommandLine {
  private static final List<String> NAMES =
      List.of("doctor", "run", "objects", "map", "top", "help");

  private final Terminal terminal;
  private final Supplier<VirtMem> backend;

  /**
   * A command line.
   *
   * @param backend finds the backend; asked by commands that need one, and not before
   */
  public CommandLine(Terminal terminal, Supplier<VirtMem> backend) {
    this.terminal = terminal;
    this.backend = backend;
  }

  /** Runs a command and returns the status to end the process with. Throws nothing. */
  public int run(String... arguments) {
    ExitStatus status = attempt(Arrays.asList(arguments));
    terminal.err().flush();
    // A stream that prints keeps its errors to itself, a broken pipe among them, until it is asked.
    boolean lost = terminal.out().checkError();
    return (lost && status == ExitStatus.SUCCESS ? ExitStatus.OUTPUT_LOST : status).code();
  }

  private ExitStatus attempt(List<String> arguments) {
    try {
      return dispatch(arguments);
    } catch (UsageException wrong) {
      return complain(wrong, ExitStatus.USAGE);
    } catch (VirtMemException | UnsupportedOperationException refused) {
      return complain(refused, ExitStatus.REFUSED);
    } catch (ObjectFileException | LinkException refused) {
      return complain(refused, ExitStatus.REFUSED);
    } catch (RuntimeException | Error fault) {
      terminal.err().println("jitmem: this is a fault in jitmem, please report it:");
      fault.printStackTrace(terminal.err());
      return ExitStatus.FAULT;
    }
  }

  private ExitStatus dispatch(List<String> arguments) {
    if (arguments.isEmpty()) {
      terminal.err().print(Help.OVERVIEW);
      return ExitStatus.USAGE;
    }
    List<String> rest = arguments.subList(1, arguments.size());
    return switch (arguments.getFirst()) {
      case "help", "--help", "-h" -> help(rest);
      case "--version" -> version(rest);
      default -> run(command(arguments.getFirst()), rest);
    };
  }

  private ExitStatus run(Command command, List<String> arguments) {
    int end = arguments.indexOf("--");
    List<String> options = end < 0 ? arguments : arguments.subList(0, end);
    boolean asksForHelp = options.contains("--help") || options.contains("-h");
    return asksForHelp ? show(command.help()) : command.run(arguments);
  }

  private ExitStatus help(List<String> names) {
    if (names.size() > 1) {
      throw new UsageException("help takes the name of one command, not " + names.size());
    }
    if (names.isEmpty() || names.getFirst().equals("help")) {
      return show(Help.OVERVIEW);
    }
    return show(command(names.getFirst()).help());
  }

  private ExitStatus version(List<String> arguments) {
    if (!arguments.isEmpty()) {
      throw new UsageException("--version takes no argument");
    }
    return show("jitmem " + Version.current() + "\n");
  }

  private ExitStatus show(String text) {
    terminal.out().print(text);
    return ExitStatus.SUCCESS;
  }

  private Command command(String name) {
    return switch (name) {
      case "doctor" -> new DoctorCommand(terminal, backend, Version.current());
      case "run" -> new RunCommand(terminal, backend);
      case "objects" -> new ObjectsCommand(terminal);
      case "map" -> new MapCommand(terminal, backend);
      case "top" -> new TopCommand(terminal, backend);
      default ->
          throw new UsageException(
              "unknown command "
                  + Quoted.of(name)
                  + NearestName.question(name, NAMES)
                  + "; there are "
                  + String.join(", ", NAMES));
    };
  }

  private ExitStatus complain(RuntimeException refused, ExitStatus status) {
    terminal.err().println("jitmem: " + refused.getMessage());
    return status;
  }
}
