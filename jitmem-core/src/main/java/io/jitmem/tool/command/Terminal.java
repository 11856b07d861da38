package io.jitmem.tool.command;

import java.io.InputStream;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/** Where a command reads and writes, and what it is told by its environment. */
public interface Terminal {
  /** Where results go. */
  PrintStream out();

  /** Where errors and progress go. */
  PrintStream err();

  /** Where input comes from. */
  InputStream in();

  /** Whether a person sees the output as it is written. */
  boolean isInteractive();

  /** An environment variable, or null if it is not set. */
  @Nullable String variable(String name);
}
