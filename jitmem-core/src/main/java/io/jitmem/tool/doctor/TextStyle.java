package io.jitmem.tool.doctor;

import io.jitmem.tool.command.Terminal;
import io.jitmem.tool.command.TextLook;

/**
 * How a report may look where it is shown.
 *
 * @param width of a line, in characters
 * @param marks whether check marks can be shown instead of words
 * @param colours whether ANSI escape sequences are understood and wanted
 */
record TextStyle(int width, boolean marks, boolean colours) {
  private static final int MIN_WIDTH = 60;

  /** Longer lines are hard to read, however wide the window is. */
  private static final int MAX_WIDTH = 120;

  private static final String YES = "\u2713";
  private static final String NO = "\u2717";

  /** What suits a terminal. */
  static TextStyle of(Terminal terminal) {
    return new TextStyle(
        TextLook.width(terminal, MIN_WIDTH, MAX_WIDTH),
        TextLook.canShow(terminal, YES + NO),
        TextLook.wantsColours(terminal));
  }

  /** A yes or a no, always as wide as {@link #answerWidth}. */
  String answer(boolean yes) {
    String shown = marks ? (yes ? YES : NO) : (yes ? "yes" : "no ");
    return colours ? (yes ? "\u001b[32m" : "\u001b[31m") + shown + "\u001b[0m" : shown;
  }

  int answerWidth() {
    return marks ? 1 : 3;
  }

  /** What stands before something to know, always as wide as {@link #warningWidth}. */
  String warning() {
    return colours ? "\u001b[33m!\u001b[0m" : "!";
  }

  int warningWidth() {
    return 1;
  }

  String heading(String text) {
    return colours ? "\u001b[1m" + text + "\u001b[0m" : text;
  }
}
