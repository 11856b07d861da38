package io.jitmem.tool.command;

import java.util.Locale;

/**
 * Writes JSON, a member or an element a line, or all on one. What it writes is ASCII, whatever is
 * in the texts, so that no charset of the output can spoil it. The caller opens and closes in the
 * right order.
 */
public final class JsonWriter {
  private static final String INDENT = "  ";

  private final StringBuilder text = new StringBuilder();
  private final boolean broken;
  private int depth;
  private boolean first = true;

  /** A writer that has written nothing yet. */
  public JsonWriter() {
    this(true);
  }

  private JsonWriter(boolean broken) {
    this.broken = broken;
  }

  /** A writer that has written nothing yet, and will write no line break. */
  public static JsonWriter ofOneLine() {
    return new JsonWriter(false);
  }

  /** Opens an object, as an element or after a name. */
  public JsonWriter beginObject() {
    return open('{');
  }

  /** Closes an object. */
  public JsonWriter endObject() {
    return close('}');
  }

  /** Opens an array. */
  public JsonWriter beginArray() {
    return open('[');
  }

  /** Closes an array. */
  public JsonWriter endArray() {
    return close(']');
  }

  /** Writes a member's name; its value comes next. */
  public JsonWriter name(String name) {
    separate();
    quote(name);
    text.append(": ");
    return this;
  }

  /** Starts an element of an array; its value comes next. */
  public JsonWriter element() {
    separate();
    return this;
  }

  /** Writes a text. */
  public JsonWriter value(String value) {
    quote(value);
    return this;
  }

  /** Writes a number. */
  public JsonWriter value(long value) {
    text.append(value);
    return this;
  }

  /** Writes a number with so many digits behind its point. */
  public JsonWriter value(double value, int digits) {
    text.append(String.format(Locale.ROOT, "%." + digits + "f", value));
    return this;
  }

  /** Writes true or false. */
  public JsonWriter value(boolean value) {
    text.append(value);
    return this;
  }

  /** Writes null. */
  public JsonWriter nothing() {
    text.append("null");
    return this;
  }

  /** Writes a member with a text, or null if the text is empty. */
  public JsonWriter textOrNull(String name, String value) {
    name(name);
    return value.isEmpty() ? nothing() : value(value);
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private JsonWriter open(char bracket) {
    text.append(bracket);
    depth++;
    first = true;
    return this;
  }

  private JsonWriter close(char bracket) {
    depth--;
    if (!first) {
      breakLine();
    }
    first = false;
    text.append(bracket);
    return this;
  }

  private void separate() {
    if (!first) {
      text.append(broken ? "," : ", ");
    }
    first = false;
    breakLine();
  }

  private void breakLine() {
    if (broken) {
      text.append('\n').append(INDENT.repeat(depth));
    }
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      quote(value.charAt(i));
    }
    text.append('"');
  }

  private void quote(char c) {
    switch (c) {
      case '"' -> text.append("\\\"");
      case '\\' -> text.append("\\\\");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      default -> {
        if (c >= ' ' && c <= '~') {
          text.append(c);
        } else {
          text.append("\\u").append(Integer.toHexString(0x10000 | c), 1, 5);
        }
      }
    }
  }
}
