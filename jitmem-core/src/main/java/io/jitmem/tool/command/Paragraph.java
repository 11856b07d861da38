package io.jitmem.tool.command;

import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/** Text broken into lines. */
public final class Paragraph {
  private Paragraph() {}

  /**
   * Breaks a text between words. A word that is longer than a line has one for itself, and stays
   * whole so that it can be copied.
   *
   * @return the lines, none of an empty text
   */
  public static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    StringTokenizer words = new StringTokenizer(text);
    while (words.hasMoreTokens()) {
      String word = words.nextToken();
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }
}
