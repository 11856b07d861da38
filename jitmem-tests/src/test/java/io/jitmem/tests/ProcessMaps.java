package io.jitmem.tests;

import io.jitmem.virtmem.Protection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the kernel says about this process: {@code /proc/self/maps} and {@code /proc/self/fd}. */
final class ProcessMaps {
  /** A line of {@code /proc/self/maps}. */
  record Line(long start, long end, String permissions, String name) {
    boolean contains(long address) {
      return start <= address && address < end;
    }

    boolean executable() {
      return permissions.charAt(2) == 'x';
    }

    Protection protection() {
      return switch (permissions.substring(0, 3)) {
        case "---" -> Protection.NONE;
        case "r--" -> Protection.R;
        case "rw-" -> Protection.RW;
        case "r-x" -> Protection.RX;
        case "rwx" -> Protection.RWX;
        default -> throw new IllegalStateException(permissions);
      };
    }
  }

  private ProcessMaps() {}

  static List<Line> lines() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.map(ProcessMaps::parse).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static Optional<Line> at(long address) {
    return lines().stream().filter(line -> line.contains(address)).findFirst();
  }

  /** The descriptors whose target looks like a file of ours. */
  static List<String> ourDescriptors() {
    List<String> ours = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : all.toList()) {
        String target = targetOf(each);
        if (looksOurs(target)) {
          ours.add(each + " -> " + target);
        }
      }
      return ours;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The mappings whose name looks like a file of ours, deleted or not. */
  static List<Line> ourMappings() {
    return lines().stream().filter(line -> looksOurs(line.name())).toList();
  }

  private static boolean looksOurs(String name) {
    boolean unnamed = name.matches("/(dev/shm|tmp|var/tmp)/#\\d+ \\(deleted\\)");
    return unnamed
        || name.contains("memfd:jitmem")
        || name.matches(".*/jitmem-[0-9a-f]{16}.*")
        || name.startsWith("/dev/zero");
  }

  private static String targetOf(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  private static Line parse(String line) {
    String[] columns = line.split("\\s+", 6);
    String[] range = columns[0].split("-", 2);
    return new Line(
        Long.parseUnsignedLong(range[0], 16),
        Long.parseUnsignedLong(range[1], 16),
        columns[1],
        columns.length > 5 ? columns[5] : "");
  }
}
