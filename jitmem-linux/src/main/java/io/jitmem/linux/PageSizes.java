package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code /proc/self/smaps} says of the pages behind this process's mappings. */
final class PageSizes {
  /** Bytes by huge pages of private memory, of files in memory, and of files. */
  private static final Set<String> HUGE =
      Set.of(
          "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Private_Hugetlb", "Shared_Hugetlb");

  private record Area(long start, long end, long hugeBytes) {}

  private final List<Area> areas = new ArrayList<>();

  private PageSizes(String smaps) {
    @Nullable Area current = null;
    for (String line : smaps.lines().toList()) {
      if (isHead(line)) {
        add(current);
        current = head(line);
      } else if (current != null) {
        current = withFigure(current, line);
      }
    }
    add(current);
  }

  static PageSizes read(LinuxEnvironment environment) {
    return new PageSizes(environment.read("/proc/self/smaps").orElse(""));
  }

  /**
   * How much of a range certainly has huge pages. The kernel joins neighbours of the same kind into
   * one area and counts them together, so as many bytes as lie outside the range may be theirs.
   */
  long hugeBytes(PageRun run) {
    long end = run.address() + run.byteSize();
    long sum = 0;
    for (Area area : areas) {
      long common = Math.min(end, area.end) - Math.max(run.address(), area.start);
      if (common > 0) {
        long outside = area.end - area.start - common;
        sum += Math.clamp(area.hugeBytes - outside, 0, common);
      }
    }
    return sum;
  }

  private void add(@Nullable Area area) {
    if (area != null && area.hugeBytes > 0) {
      areas.add(area);
    }
  }

  private static boolean isHead(String line) {
    int dash = line.indexOf('-');
    return dash > 0
        && line.indexOf(' ') > dash
        && Character.digit(line.charAt(0), 16) >= 0
        && line.lastIndexOf(':', dash) < 0;
  }

  private static Area head(String line) {
    int dash = line.indexOf('-');
    return new Area(
        Long.parseUnsignedLong(line, 0, dash, 16),
        Long.parseUnsignedLong(line, dash + 1, line.indexOf(' '), 16),
        0);
  }

  private static Area withFigure(Area area, String line) {
    int colon = line.indexOf(':');
    if (colon < 0 || !HUGE.contains(line.substring(0, colon)) || !line.endsWith(" kB")) {
      return area;
    }
    long kibibytes =
        Long.parseLong(line.substring(colon + 1, line.length() - " kB".length()).strip());
    return new Area(area.start, area.end, area.hugeBytes + (kibibytes << 10));
  }
}
