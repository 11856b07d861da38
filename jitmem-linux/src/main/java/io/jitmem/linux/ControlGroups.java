package io.jitmem.linux;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The memory that the control groups of this process may take: version 2, or version 1 with its
 * memory controller (cgroups(7)). A limit of a group above counts as well.
 */
final class ControlGroups {
  /**
   * The tightest limit.
   *
   * @param file where it stands
   * @param usedBytes what that group uses now, 0 if that cannot be read
   */
  record MemoryLimit(String file, long byteSize, long usedBytes) {}

  private record Version(
      String type, String superOption, String controllers, String limit, String used) {}

  private static final Version TWO = new Version("cgroup2", "", "", "memory.max", "memory.current");
  private static final Version ONE =
      new Version("cgroup", "memory", "memory", "memory.limit_in_bytes", "memory.usage_in_bytes");

  /** Version 1 writes the largest number of whole pages for "none". */
  private static final long NO_LIMIT = 1L << 62;

  private final LinuxEnvironment environment;

  ControlGroups(LinuxEnvironment environment) {
    this.environment = environment;
  }

  Optional<MemoryLimit> memoryLimit() {
    return Stream.of(TWO, ONE)
        .flatMap(this::limits)
        .min(Comparator.comparingLong(MemoryLimit::byteSize));
  }

  private Stream<MemoryLimit> limits(Version version) {
    Optional<Mounts.Mount> mount = environment.mounts().ofType(version.type, version.superOption);
    Optional<String> group = group(version);
    if (mount.isEmpty() || group.isEmpty()) {
      return Stream.empty();
    }
    String point = mount.get().point();
    return Stream.iterate(
            point + within(group.get(), mount.get().root()),
            directory -> directory.length() >= point.length(),
            directory -> directory.substring(0, Math.max(0, directory.lastIndexOf('/'))))
        .flatMap(directory -> limit(directory, version).stream());
  }

  /**
   * The group's path below the mount point: inside a container the mount may begin at the group.
   */
  private static String within(String group, String root) {
    String path =
        root.equals("/") ? group : group.startsWith(root) ? group.substring(root.length()) : "";
    return path.equals("/") ? "" : path;
  }

  private Optional<String> group(Version version) {
    return environment
        .read("/proc/self/cgroup")
        .flatMap(groups ->
            groups
                .lines()
                .map(line -> line.split(":", 3))
                .filter(fields -> fields.length == 3)
                .filter(fields ->
                    Stream.of(fields[1].split(",", -1)).anyMatch(version.controllers::equals))
                .map(fields -> fields[2])
                .findFirst());
  }

  private Optional<MemoryLimit> limit(String directory, Version version) {
    String file = directory + "/" + version.limit;
    return environment
        .readNumber(file)
        .filter(bytes -> bytes < NO_LIMIT)
        .map(bytes ->
            new MemoryLimit(
                file, bytes, environment.readNumber(directory + "/" + version.used).orElse(0L)));
  }
}
