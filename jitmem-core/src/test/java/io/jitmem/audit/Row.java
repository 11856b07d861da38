package io.jitmem.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** A line of a table, by the names of its columns. */
record Row(Map<String, String> columns) {
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)|0[xX][0-9a-fA-F]+");

  /** The lines of a table but for the first, which names the columns. */
  static List<Row> read(Class<?> owner, String table) {
    List<String> lines = text(owner, table).lines().toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(table + " is empty");
    }
    List<String> names = cells(lines.getFirst());
    return lines.stream().skip(1).map(line -> of(names, line, table)).toList();
  }

  private static String text(Class<?> owner, String table) {
    try (InputStream in = owner.getResourceAsStream(table)) {
      if (in == null) {
        throw new IllegalArgumentException("no table " + table + " beside " + owner);
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static Row of(List<String> names, String line, String table) {
    List<String> cells = cells(line);
    if (cells.size() != names.size()) {
      throw new IllegalArgumentException(
          "%s has %d columns, not %d: %s".formatted(table, names.size(), cells.size(), line));
    }
    Map<String, String> columns = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      columns.put(names.get(i), cells.get(i));
    }
    return new Row(columns);
  }

  private static List<String> cells(String line) {
    return List.of(line.split("\t", -1));
  }

  boolean has(String column) {
    return columns.containsKey(column);
  }

  /**
   * Whether a column says that the line is of something: by name, of all, or by not being there.
   */
  boolean isOf(String column, String what) {
    String text = textOr(column, "*");
    return text.equals("*") || text.equals(what);
  }

  String textOr(String column, String missing) {
    return columns.getOrDefault(column, missing);
  }

  String text(String column) {
    String text = columns.get(column);
    if (text == null) {
      throw new IllegalArgumentException("a table without a column " + column);
    }
    return text;
  }

  /** The number in a column; empty if there is anything else. */
  OptionalLong number(String column) {
    String text = text(column);
    if (!NUMBER.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    boolean isHexadecimal = text.startsWith("0x") || text.startsWith("0X");
    return OptionalLong.of(
        isHexadecimal ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text));
  }

  long size(String column) {
    return size(column, text(column));
  }

  List<Long> sizes(String column) {
    String text = text(column);
    return text.isEmpty()
        ? List.of()
        : Arrays.stream(text.split(" ", -1)).map(each -> size(column, each)).toList();
  }

  private long size(String column, String text) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("no " + column + ": '" + text + "' in " + columns);
    }
    return Long.parseLong(text);
  }
}
