package io.jitmem.tool;

/** The command line. */
public final class Main {
  private Main() {}

  /** Runs a command. */
  public static void main(String[] arguments) {
    System.out.println("not yet");
  }
}
