package io.jitmem.tool.command;

import java.nio.charset.Charset;

/** How text may look where it is shown. */
public final class TextLook {
  private static final int DEFAULT_WIDTH = 80;

  private TextLook() {}

  /** The characters of a line, as the variable COLUMNS says, or 80; not beyond two bounds. */
  public static int width(Terminal terminal, int least, int greatest) {
    String columns = terminal.variable("COLUMNS");
    boolean number = columns != null && columns.length() < 6 && columns.matches("[0-9]+");
    return Math.clamp(number ? Integer.parseInt(columns) : DEFAULT_WIDTH, least, greatest);
  }

  /** Whether these characters can be written. */
  public static boolean canShow(Terminal terminal, String characters) {
    Charset charset = terminal.out().charset();
    return charset.canEncode() && charset.newEncoder().canEncode(characters);
  }

  /** As <a href="https://no-color.org">no-color.org</a> has it: any value but the empty one. */
  public static boolean wantsColours(Terminal terminal) {
    String noColour = terminal.variable("NO_COLOR");
    return (noColour == null || noColour.isEmpty()) && isScreen(terminal);
  }

  /** Whether what was written can be written over. */
  public static boolean isScreen(Terminal terminal) {
    return !"dumb".equals(terminal.variable("TERM")) && terminal.isInteractive();
  }
}
