package io.jitmem.tool.top;

/** A text from elsewhere, made fit for a line of a terminal. */
final class OneLine {
  private OneLine() {}

  /** The text, with a blank in place of what would break the line or steer a terminal. */
  static String of(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
  }

  /** As much of a line as fits. */
  static String cut(String line, int width) {
    return line.length() <= width ? line : line.substring(0, Math.max(0, width));
  }
}
