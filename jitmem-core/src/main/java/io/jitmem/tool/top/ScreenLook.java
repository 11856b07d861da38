package io.jitmem.tool.top;

import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.TextLook;
import org.jspecify.annotations.Nullable;

/**
 * What a screen can show.
 *
 * @param width of a line, in characters
 * @param height how many lines fit
 * @param blocks whether there are characters to draw a bar with
 * @param colours whether colours are wanted
 */
record ScreenLook(int width, int height, boolean blocks, boolean colours) {
  private static final int MIN_WIDTH = 20;
  private static final int MAX_WIDTH = 400;
  private static final int DEFAULT_HEIGHT = 24;
  private static final int MIN_HEIGHT = 4;
  private static final String BLOCKS = "\u2588\u2591";

  /** What suits a terminal, by its variables COLUMNS, LINES and NO_COLOR. */
  static ScreenLook of(Terminal terminal) {
    return new ScreenLook(
        TextLook.width(terminal, MIN_WIDTH, MAX_WIDTH),
        height(terminal.variable("LINES")),
        TextLook.canShow(terminal, BLOCKS),
        TextLook.wantsColours(terminal));
  }

  private static int height(@Nullable String lines) {
    boolean number = lines != null && lines.length() < 6 && lines.matches("[0-9]+");
    return Math.max(MIN_HEIGHT, number ? Integer.parseInt(lines) : DEFAULT_HEIGHT);
  }

  /** A bar of so many characters, of which a part is full. */
  String bar(int length, double ratio) {
    int full = (int) Math.round(length * Math.clamp(ratio, 0, 1));
    String bar = (blocks ? "\u2588" : "#").repeat(full);
    return coloured(bar, ratio) + (blocks ? "\u2591" : ".").repeat(length - full);
  }

  String bold(String text) {
    return colours ? "\u001b[1m" + text + "\u001b[0m" : text;
  }

  private String coloured(String bar, double ratio) {
    String colour = ratio < 0.75 ? "32" : ratio < 0.9 ? "33" : "31";
    return colours && !bar.isEmpty() ? "\u001b[" + colour + "m" + bar + "\u001b[0m" : bar;
  }
}
