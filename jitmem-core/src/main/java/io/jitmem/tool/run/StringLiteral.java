package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A string in double quotes, as UTF-8. Its escapes are those of C: {@code \n \r \t \" \\ \0}, and
 * {@code \xNN} for one byte.
 */
final class StringLiteral {
  private static final String ACCEPTED =
      "; accepted are \\n \\r \\t \\\" \\\\ \\0 and \\xNN with two hex digits";

  private final String text;
  private final int end;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int next = 1;

  private StringLiteral(String text) {
    this.text = text;
    end = text.length() - 1;
  }

  /**
   * Reads a string.
   *
   * @return its bytes, without a NUL at the end
   * @throws UsageException if it does not end in the quote that it starts with, or an escape is
   *     unknown
   */
  static byte[] parse(String text) {
    if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
      throw unclosed(text);
    }
    StringLiteral literal = new StringLiteral(text);
    while (literal.next < literal.end) {
      literal.readPart();
    }
    if (literal.next > literal.end) {
      throw unclosed(text);
    }
    return literal.bytes.toByteArray();
  }

  private void readPart() {
    char c = text.charAt(next);
    if (c == '\\') {
      readEscape(text.charAt(next + 1));
    } else if (c == '"') {
      throw new UsageException(
          "the quote at position "
              + (next + 1)
              + " of "
              + Quoted.of(text)
              + " needs a \\ before it");
    } else {
      readCharacter();
    }
  }

  private void readCharacter() {
    int charCount = Character.charCount(text.codePointAt(next));
    String character = text.substring(next, next + charCount);
    bytes.writeBytes(character.getBytes(StandardCharsets.UTF_8));
    next += charCount;
  }

  private void readEscape(char escape) {
    switch (escape) {
      case 'n' -> readEscapeOf('\n');
      case 'r' -> readEscapeOf('\r');
      case 't' -> readEscapeOf('\t');
      case '0' -> readEscapeOf('\0');
      case '"', '\\' -> readEscapeOf(escape);
      case 'x' -> readByte();
      default -> throw unknownEscape();
    }
  }

  private void readEscapeOf(char meant) {
    bytes.write(meant);
    next += 2;
  }

  private void readByte() {
    int high = digit(next + 2);
    int low = digit(next + 3);
    if (high < 0 || low < 0) {
      throw unknownEscape();
    }
    bytes.write(high << 4 | low);
    next += 4;
  }

  private int digit(int index) {
    boolean ascii = index < end && text.charAt(index) < 0x80;
    return ascii ? Character.digit(text.charAt(index), 16) : -1;
  }

  private UsageException unknownEscape() {
    String found = text.substring(next, Math.min(next + 2, end));
    return new UsageException(
        "unknown escape " + Quoted.of(found) + " at position " + (next + 1) + ACCEPTED);
  }

  private static UsageException unclosed(String text) {
    return new UsageException(
        "the string " + Quoted.of(text) + " does not end in the quote \" that it starts with");
  }
}
