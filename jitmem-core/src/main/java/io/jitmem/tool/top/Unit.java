package io.jitmem.tool.top;

import io.jitmem.tool.command.ByteSize;
import io.jitmem.tool.command.JsonWriter;
import java.util.Locale;

/** What a figure is a number of, and so how it is written. */
enum Unit {
  /** Of things. */
  COUNT("%,.0f", "%.0f"),
  /** Of bytes: rounded for a person, exact for a program. */
  BYTES("", "%.0f"),
  /** Of a whole, 0 to 1: shown in percent. */
  RATIO("%.1f %%", "%.1f"),
  /** Of things a second. */
  RATE("%,.0f", "%.0f");

  private final String forPerson;
  private final String forColumn;

  Unit(String forPerson, String forColumn) {
    this.forPerson = forPerson;
    this.forColumn = forColumn;
  }

  /** The value as a person reads it. */
  String shown(double value) {
    return this == BYTES ? ByteSize.rounded(value) : format(forPerson, value);
  }

  /** The value as a program reads it: a number without a unit and without separators. */
  String plain(double value) {
    return format(forColumn, value);
  }

  void write(JsonWriter json, double value) {
    switch (this) {
      case COUNT, BYTES -> json.value((long) value);
      case RATIO -> json.value(value, 4);
      case RATE -> json.value(value, 1);
    }
  }

  private String format(String format, double value) {
    return String.format(Locale.ROOT, format, this == RATIO ? 100 * value : value);
  }
}
