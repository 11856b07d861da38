package io.jitmem.tool;

import io.jitmem.virtmem.VirtMem;

/** Where the JVM enters the command line. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the JVM with its status. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ProcessTerminal(), VirtMem::host).run(arguments));
  }
}
