package io.jitmem.macos;

import io.jitmem.nativecall.NativeFunction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemoryLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is known of the numbers and the functions of macOS, from tables that name the source of each
 * line, and what of ours is not so.
 */
final class Audit {
  private final Map<String, Long> numbers = new TreeMap<>();
  private final Map<String, String> functions = new TreeMap<>();

  Audit() {
    for (List<String> row : rows("/audit/macos-constants.tsv")) {
      if (row.get(3).matches("-?(0x)?[0-9a-fA-F]+")) {
        numbers.put(row.get(2), Long.decode(row.get(3)));
      }
    }
    for (List<String> row : rows("/audit/macos-functions.tsv")) {
      functions.put(row.get(1), row.get(2) + " variadic " + row.get(3));
    }
  }

  /** What is wrong with a number that we call by a name; empty if it is what the table says. */
  Optional<String> number(String name, long ours) {
    Long known = numbers.get(name);
    if (known == null) {
      return Optional.of(name + " is not in the table");
    }
    // Flags of 32 bits may be negative in Java.
    return known.intValue() == (int) ours
        ? Optional.empty()
        : Optional.of(name + " is " + known + ", not " + ours);
  }

  /** What is wrong with a prototype; empty if it is what the table says. */
  Optional<String> function(NativeFunction ours) {
    String known = functions.get(ours.symbol());
    if (known == null) {
      return Optional.of(ours.symbol() + " is not in the table");
    }
    return known.equals(text(ours))
        ? Optional.empty()
        : Optional.of(ours.symbol() + " is " + known + ", not " + text(ours));
  }

  private static String text(NativeFunction function) {
    String arguments =
        function.descriptor().argumentLayouts().stream()
            .map(MemoryLayout::byteSize)
            .map(String::valueOf)
            .collect(Collectors.joining(","));
    long result = function.descriptor().returnLayout().map(MemoryLayout::byteSize).orElse(0L);
    String variadic = function.firstVariadic() < 0 ? "-" : "" + function.firstVariadic();
    return result + "(" + arguments + ") variadic " + variadic;
  }

  private static List<List<String>> rows(String table) {
    try (InputStream in = Audit.class.getResourceAsStream(table)) {
      if (in == null) {
        throw new IllegalStateException("no " + table);
      }
      List<List<String>> rows = new ArrayList<>();
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> rows.add(List.of(line.split("\t", -1))));
      return rows.subList(1, rows.size());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
