package io.jitmem.tool.heap;

import io.jitmem.observe.picture.HeapSnapshot;
import io.jitmem.tool.command.Terminal;
import java.nio.charset.Charset;

/** How text may look where it is shown. */
final class TextLook {
  private static final int DEFAULT_WIDTH = 80;

  private TextLook() {}

  /** What the variable COLUMNS says, as far as that can be drawn. */
  static int width(Terminal terminal) {
    String columns = terminal.variable("COLUMNS");
    boolean number = columns != null && columns.length() < 6 && columns.matches("[0-9]+");
    return Math.clamp(
        number ? Integer.parseInt(columns) : DEFAULT_WIDTH,
        HeapSnapshot.MIN_TEXT_WIDTH,
        HeapSnapshot.MAX_TEXT_WIDTH);
  }

  static boolean canShowUnicode(Terminal terminal) {
    Charset charset = terminal.out().charset();
    return charset.canEncode() && charset.newEncoder().canEncode("\u2591\u2588\u00d7\u2551");
  }

  /** As <a href="https://no-color.org">no-color.org</a> has it: any value but the empty one. */
  static boolean wantsColours(Terminal terminal) {
    String noColour = terminal.variable("NO_COLOR");
    return (noColour == null || noColour.isEmpty()) && isScreen(terminal);
  }

  /** Whether what was written can be written over. */
  static boolean isScreen(Terminal terminal) {
    return !"dumb".equals(terminal.variable("TERM")) && terminal.isInteractive();
  }
}
