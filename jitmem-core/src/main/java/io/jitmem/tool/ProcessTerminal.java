package io.jitmem.tool;

import io.jitmem.tool.command.Terminal;
import java.io.Console;
import java.io.InputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** The streams and the environment of this process. */
final class ProcessTerminal implements Terminal {
  @Override
  public PrintStream out() {
    return System.out;
  }

  @Override
  public PrintStream err() {
    return System.err;
  }

  @Override
  public InputStream in() {
    return System.in;
  }

  @Override
  @SuppressWarnings("SystemConsoleNull") // from JDK 25 on it is null again unless interactive
  public boolean isInteractive() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  @Override
  public @Nullable String variable(String name) {
    return System.getenv(name);
  }
}
