package io.jitmem.windows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.jitmem.nativecall.NativeFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What this module says of Windows, and what the tables of the test resources say, by name. */
final class Tables {
  private Tables() {}

  /** Every constant of {@link WindowsAbi} and every error, by its name there. */
  static Map<String, Long> ourConstants() {
    Map<String, Long> ours = new TreeMap<>();
    for (Field field : WindowsAbi.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
        ours.put(field.getName(), value(field));
      }
    }
    WindowsErrors.names().forEach((code, name) -> ours.put(name, (long) code));
    return ours;
  }

  private static long value(Field field) {
    try {
      return ((Number) requireNonNull(field.get(null))).longValue();
    } catch (IllegalAccessException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Every function, as {@code library: result of parameters}, in bytes. */
  static Map<String, String> ourFunctions() {
    return WindowsFunctions.ALL.stream()
        .collect(
            Collectors.toMap(NativeFunction::symbol, Tables::prototype, (a, b) -> a, TreeMap::new));
  }

  private static String prototype(NativeFunction function) {
    return String.join(" or ", function.libraries()) + ": " + sizes(function);
  }

  /** The sizes of what a function gives and takes. */
  static String sizes(NativeFunction function) {
    return function.descriptor().returnLayout().map(MemoryLayout::byteSize).orElse(0L)
        + " of"
        + function.descriptor().argumentLayouts().stream()
            .map(layout -> " " + layout.byteSize())
            .collect(Collectors.joining());
  }

  /** The constants and offsets of {@code constants.tsv}. */
  static Map<String, Long> knownConstants() {
    Map<String, Long> known = new TreeMap<>();
    for (String[] row : rows("constants.tsv")) {
      if (!row[3].startsWith("bit ")) {
        known.put(row[2], number(row[3]));
      }
    }
    return known;
  }

  /** The functions of {@code functions.tsv}, as {@link #ourFunctions} has them. */
  static Map<String, String> knownFunctions() {
    Map<String, String> known = new TreeMap<>();
    for (String[] row : rows("functions.tsv")) {
      known.put(row[0], row[1] + ": " + row[2] + " of" + (row[3].isEmpty() ? "" : " " + row[3]));
    }
    return known;
  }

  /** Constants of 32 bits may be written as what they are without a sign. */
  static boolean isSame(long ours, long known) {
    return ours == known || (ours == (int) known && known == (known & 0xffff_ffffL));
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : text.startsWith("0X") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
  }

  private static List<String[]> rows(String name) {
    try (InputStream table = requireNonNull(Tables.class.getResourceAsStream(name))) {
      return new String(table.readAllBytes(), UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
