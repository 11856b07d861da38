package io.jitmem.tool.command;

/** A user's text as an error shows it: in quotes, on one line, and not too long. */
public final class Quoted {
  private static final int SHOWN_CHARS = 60;

  private Quoted() {}

  /** Quotes a text. */
  public static String of(String text) {
    StringBuilder quoted = new StringBuilder("'");
    for (int i = 0; i < text.length() && i < SHOWN_CHARS; i++) {
      append(quoted, text.charAt(i));
    }
    return quoted.append(text.length() > SHOWN_CHARS ? "...'" : "'").toString();
  }

  /** Quotes a character. */
  public static String of(char character) {
    return of(String.valueOf(character));
  }

  private static void append(StringBuilder quoted, char c) {
    // A line separator of Unicode would break the line as well as a control character does.
    boolean breaksLine = c == '\u2028' || c == '\u2029';
    if (Character.isISOControl(c) || breaksLine) {
      quoted.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
    } else {
      quoted.append(c);
    }
  }
}
