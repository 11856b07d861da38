package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import io.jitmem.tool.command.WholeNumbers;
import java.nio.charset.Charset;

/**
 * Values of {@code char} as text. One character stands for itself, digits too, so that whatever is
 * printed means the same when it is given back; longer texts are numbers or {@code \}{@code uXXXX}.
 */
final class Characters {
  private static final WholeNumbers NUMBERS = WholeNumbers.unsigned(16);

  private Characters() {}

  /**
   * Reads a character.
   *
   * @throws UsageException if it is neither one nor its number
   */
  static char parse(String text) {
    if (text.length() == 1) {
      return text.charAt(0);
    }
    boolean escaped = text.length() == 6 && text.startsWith("\\u");
    try {
      return (char) NUMBERS.parse(escaped ? "0x" + text.substring(2) : text);
    } catch (UsageException noNumber) {
      UsageException wrong =
          new UsageException(
              Quoted.of(text) + " is neither one character nor a number " + NUMBERS.range());
      wrong.initCause(noNumber);
      throw wrong;
    }
  }

  /** The character itself if a reader of that charset can see it, else its number. */
  static String format(char value, Charset charset) {
    return isVisible(value) && charset.canEncode() && charset.newEncoder().canEncode(value)
        ? String.valueOf(value)
        : "\\u" + Integer.toHexString(0x10000 | value).substring(1);
  }

  private static boolean isVisible(char value) {
    return switch (Character.getType(value)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
