package io.jitmem.tool;

/** Where the JVM enters the command line. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the JVM with its status. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ProcessTerminal(), new HostBackend()).run(arguments));
  }
}
