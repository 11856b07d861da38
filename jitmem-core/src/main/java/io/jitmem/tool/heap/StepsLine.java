package io.jitmem.tool.heap;

import io.jitmem.tool.command.Terminal;

/** Says on a terminal how far a long workload is, and wipes that away in the end. */
final class StepsLine {
  private static final long FIRST_NANOS = 1_000_000_000;
  private static final long STEP_NANOS = 250_000_000;

  private final Terminal terminal;
  private final long total;
  private final long start = System.nanoTime();
  private long nextNanos = FIRST_NANOS;
  private int shownChars;

  StepsLine(Terminal terminal, long total) {
    this.terminal = terminal;
    this.total = total;
  }

  void at(long done) {
    long nanos = System.nanoTime() - start;
    if (nanos >= nextNanos && terminal.isInteractive()) {
      nextNanos = nanos + STEP_NANOS;
      show("%3d%%  %d steps".formatted(100 * done / total, done));
    }
  }

  void end() {
    if (shownChars > 0) {
      show("");
      terminal.err().print('\r');
      terminal.err().flush();
    }
  }

  /** Covers all of the last line, without a terminal's escape sequences. */
  private void show(String line) {
    terminal.err().print("\r" + line + " ".repeat(Math.max(0, shownChars - line.length())));
    terminal.err().flush();
    shownChars = line.length();
  }
}
