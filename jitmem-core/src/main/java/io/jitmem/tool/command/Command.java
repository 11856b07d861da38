package io.jitmem.tool.command;

import java.util.List;

/** One command of the command line. */
public interface Command {
  /** What {@code help} says of it: whole lines. */
  String help();

  /**
   * Runs the command.
   *
   * @param arguments what follows the command's name
   * @throws UsageException if the arguments are wrong; nothing has been done then
   */
  ExitStatus run(List<String> arguments);
}
