package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.io.ByteArrayOutputStream;

/**
 * Bytes written in hex, two digits each: {@code 8d0437c3}, {@code 8d 04 37 c3}, {@code 0x8d, 0x04},
 * {@code \x8d\x04}. A {@code 0x} stands before one byte, not more, since a longer number could be
 * meant in either byte order.
 */
final class HexBytes {
  private static final String ACCEPTED =
      "; accepted are bytes of two hex digits, with or without spaces, commas, and 0x or \\x before each";

  private final String text;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int next;

  private HexBytes(String text) {
    this.text = text;
  }

  /**
   * Reads bytes.
   *
   * @throws UsageException if there are none, or something else is between them
   */
  static byte[] parse(String text) {
    HexBytes hex = new HexBytes(text);
    hex.skipSeparators();
    while (hex.next < text.length()) {
      hex.readByte();
      hex.skipSeparators();
    }
    if (hex.bytes.size() == 0) {
      throw new UsageException("there is no byte in " + Quoted.of(text) + ACCEPTED);
    }
    return hex.bytes.toByteArray();
  }

  private void readByte() {
    boolean prefixed = skipPrefix();
    int high = digit(next);
    if (high < 0) {
      throw noDigit(next, "");
    }
    int low = digit(next + 1);
    if (low < 0) {
      throw noSecondDigit();
    }
    bytes.write(high << 4 | low);
    next += 2;
    if (prefixed && digit(next) >= 0 && !atPrefix()) {
      throw new UsageException(
          "0x or \\x at position " + (next - 3) + " stands before more than one byte" + ACCEPTED);
    }
  }

  private UsageException noDigit(int index, String where) {
    String found = index < text.length() ? Quoted.of(text.charAt(index)) : "the end";
    return new UsageException(
        found + where + " at position " + (index + 1) + " is not a hex digit" + ACCEPTED);
  }

  private UsageException noSecondDigit() {
    boolean otherCharacter = next + 1 < text.length() && !isSeparator(text.charAt(next + 1));
    if (otherCharacter) {
      return noDigit(next + 1, " in " + Quoted.of(text.substring(next, next + 2)));
    }
    return new UsageException(
        "the digit "
            + Quoted.of(text.charAt(next))
            + " at position "
            + (next + 1)
            + " has no second one"
            + ACCEPTED);
  }

  private boolean skipPrefix() {
    boolean prefixed = atPrefix();
    next += prefixed ? 2 : 0;
    return prefixed;
  }

  private boolean atPrefix() {
    return text.regionMatches(true, next, "0x", 0, 2) || text.startsWith("\\x", next);
  }

  private void skipSeparators() {
    while (next < text.length() && isSeparator(text.charAt(next))) {
      next++;
    }
  }

  private int digit(int index) {
    // Of other alphabets' digits, Character.digit would take some as well.
    boolean ascii = index < text.length() && text.charAt(index) < 0x80;
    return ascii ? Character.digit(text.charAt(index), 16) : -1;
  }

  private static boolean isSeparator(char c) {
    return c == ',' || Character.isWhitespace(c);
  }
}
