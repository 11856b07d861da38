package io.jitmem.tool.command;

import java.util.Arrays;
import java.util.Locale;

/**
 * A line on a terminal that says how far a long run is, written over itself and wiped away in the
 * end. A run of less than a second shows none, and nor does one that no person watches.
 */
public final class Progress {
  private static final long FIRST_NANOS = 1_000_000_000;
  private static final long STEP_NANOS = 250_000_000;

  private final Terminal terminal;
  private final long total;
  private final String units;
  private long nextNanos = FIRST_NANOS;
  private int shownChars;

  /**
   * A line that is not shown yet.
   *
   * @param units what is counted, in the plural
   */
  public Progress(Terminal terminal, long total, String units) {
    this.terminal = terminal;
    this.total = total;
    this.units = units;
  }

  /** So many are done after so many nanoseconds. */
  public void at(long done, long nanos) {
    if (nanos < nextNanos) {
      return;
    }
    nextNanos = nanos + STEP_NANOS;
    if (terminal.isInteractive()) {
      show(
          String.format(
              Locale.ROOT, "%3d%%  %,d %s  %.0f s", 100 * done / total, done, units, nanos / 1e9));
    }
  }

  /** Wipes the line away. */
  public void end() {
    if (shownChars > 0) {
      show("");
      terminal.err().print('\r');
      terminal.err().flush();
    }
  }

  /** Backs up over the last line and covers all of it, without a terminal's escape sequences. */
  private void show(String line) {
    char[] cover = new char[Math.max(0, shownChars - line.length())];
    Arrays.fill(cover, ' ');
    terminal.err().print("\r" + line + new String(cover));
    terminal.err().flush();
    shownChars = line.length();
  }
}
