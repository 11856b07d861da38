package io.jitmem.tool.top;

import io.jitmem.tool.command.Terminal;
import java.util.List;

/**
 * A screen that is drawn over itself. What is there is never cleared first, so nothing flickers:
 * each line is written over the one before and its rest erased. Lines are not wrapped by the
 * terminal, since one that is narrower than it is thought would scroll then. {@code closed} is
 * guarded by this.
 */
final class ScreenView implements View {
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final String DO_NOT_WRAP = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";
  private static final String HOME = "\u001b[H";
  private static final String ERASE_LINE = "\u001b[K";
  private static final String ERASE_BELOW = "\u001b[J";
  private static final String ERASE_ALL = "\u001b[2J";

  private final Terminal terminal;
  private final ScreenLook look;
  private final String title;
  private boolean closed;

  /** Takes the screen. */
  ScreenView(Terminal terminal, String title) {
    this.terminal = terminal;
    this.title = title;
    look = ScreenLook.of(terminal);
    print(HIDE_CURSOR + DO_NOT_WRAP + ERASE_ALL);
    show(0, List.of());
  }

  @Override
  public synchronized void show(double seconds, List<Sample> samples) {
    if (closed) {
      return;
    }
    StringBuilder frame = new StringBuilder(HOME);
    for (String line : ScreenLayout.lines(look, title, seconds, samples)) {
      frame.append(line).append(ERASE_LINE).append('\n');
    }
    print(frame.append(ERASE_BELOW).toString());
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      print(WRAP + SHOW_CURSOR);
    }
  }

  /** At once, so that a terminal shows no half of it. */
  private void print(String text) {
    terminal.out().print(text);
    terminal.out().flush();
  }
}
