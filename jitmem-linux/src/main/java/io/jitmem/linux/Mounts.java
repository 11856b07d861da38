package io.jitmem.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is mounted where, as {@code /proc/self/mountinfo} tells (proc(5)). */
final class Mounts {
  /**
   * One mount.
   *
   * @param root the directory of the file system that is seen at the mount point
   * @param options of the mount, as {@code rw,noexec}
   * @param superOptions of the file system, among them a v1 control group's controllers
   */
  record Mount(
      String root, String point, List<String> options, String type, List<String> superOptions) {
    boolean isNoexec() {
      return options.contains("noexec");
    }

    private boolean holds(String path) {
      String below = point.equals("/") ? "/" : point + "/";
      return path.equals(point) || path.startsWith(below);
    }
  }

  private static final int OPTIONAL_FIELDS = 6;

  private final List<Mount> mounts = new ArrayList<>();

  /** Reads the lines of the file; those that it does not understand are left out. */
  Mounts(String mountinfo) {
    mountinfo.lines().map(Mounts::parse).flatMap(Optional::stream).forEach(mounts::add);
  }

  /** The mount that an absolute path without links lies on: of the closest, the last one made. */
  Optional<Mount> of(String path) {
    Mount found = null;
    for (Mount mount : mounts) {
      if (mount.holds(path) && (found == null || mount.point.length() >= found.point.length())) {
        found = mount;
      }
    }
    return Optional.ofNullable(found);
  }

  /** The first mount of a file system that has a super option, whichever if that is empty. */
  Optional<Mount> ofType(String type, String superOption) {
    return mounts.stream()
        .filter(mount -> mount.type.equals(type))
        .filter(mount -> superOption.isEmpty() || mount.superOptions.contains(superOption))
        .findFirst();
  }

  private static Optional<Mount> parse(String line) {
    List<String> fields = List.of(line.split(" ", -1));
    int separator = fields.lastIndexOf("-");
    if (separator < OPTIONAL_FIELDS || separator + 3 >= fields.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new Mount(
            unescaped(fields.get(3)),
            unescaped(fields.get(4)),
            List.of(fields.get(5).split(",", -1)),
            fields.get(separator + 1),
            List.of(fields.get(separator + 3).split(",", -1))));
  }

  /** Spaces, tabs, line breaks and backslashes are written as octal numbers. */
  private static String unescaped(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
