package io.jitmem.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code /proc/self/smaps} says of one mapping; sizes in kibibytes. */
record MappedPages(Map<String, Long> figures) {
  static MappedPages at(long address) {
    Map<String, Long> figures = new HashMap<>();
    boolean inside = false;
    for (String line : lines()) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside = contains(line, address);
      } else if (inside && line.endsWith(" kB")) {
        String[] columns = line.split(":?\\s+", -1);
        figures.put(columns[0], Long.parseLong(columns[1]));
      }
    }
    return new MappedPages(figures);
  }

  long kernelPageKibibytes() {
    return of("KernelPageSize");
  }

  long of(String figure) {
    return figures.getOrDefault(figure, 0L);
  }

  private static boolean contains(String line, long address) {
    int dash = line.indexOf('-');
    long start = Long.parseUnsignedLong(line, 0, dash, 16);
    long end = Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16);
    return start <= address && address < end;
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(Path.of("/proc/self/smaps"));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
