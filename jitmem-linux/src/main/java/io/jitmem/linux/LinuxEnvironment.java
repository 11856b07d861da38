package io.jitmem.linux;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code /proc} and {@code /sys} tell of the limits of this process and of the reasons why a
 * call may fail here. Read when it is needed and afresh each time; what cannot be read is not
 * mentioned.
 */
final class LinuxEnvironment {
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/hugepages");
  private static final Path MAPS = Path.of("/proc/self/maps");

  /** The kernel's own default for the CPUs known (security/Kconfig) is at most this. */
  private static final long USUAL_LOWEST_ADDRESS = 64 << 10;

  /** Why memory may be writable or executable but not both, or may not become executable. */
  String writeExecuteHint() {
    return selinuxEnforces()
        ? "SELinux is enforcing and the policy denies it (execmem, execmod or execheap)"
        : "the process denies it to itself (PR_SET_MDWE), or a security module does";
  }

  String memfdNoexecHint() {
    return read("/proc/sys/vm/memfd_noexec")
        .map(value -> "vm.memfd_noexec is " + value)
        .orElse("a security module denies it");
  }

  String descriptorHint() {
    return limit("Max open files")
        .map(value -> "the process may open " + value + " descriptors (ulimit -n)")
        .orElse("");
  }

  String fileSizeHint() {
    return limit("Max file size")
        .map(value -> "files of this process may have " + value + " bytes (ulimit -f)")
        .orElse("");
  }

  String mapCountHint() {
    return read("/proc/sys/vm/max_map_count")
        .map(value -> "out of memory, or of mappings (vm.max_map_count is " + value + ")")
        .orElse("");
  }

  /** Why {@code mmap} may find no memory. */
  String memoryHint() {
    String addressSpace =
        limit("Max address space")
            .filter(value -> !value.equals("unlimited"))
            .map(value -> ", or of address space (ulimit -v allows " + value + " bytes)")
            .orElse("");
    return mapCountHint() + addressSpace;
  }

  /** The lowest address that an unprivileged process may map. */
  long lowestAddress() {
    return read("/proc/sys/vm/mmap_min_addr").map(Long::parseLong).orElse(USUAL_LOWEST_ADDRESS);
  }

  /**
   * The mappings of this process as {@code /proc/self/maps} lists them, sorted by address.
   *
   * @throws VirtMemException if it cannot be read
   */
  List<String> mappings() {
    try {
      return Files.readAllLines(MAPS, StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new VirtMemException(
          Kind.NOT_SUPPORTED, "what is mapped cannot be read from " + MAPS + ": " + unreadable);
    }
  }

  /** The sizes of huge pages that the kernel has, with the number that a process could get now. */
  List<HugePages> hugePages() {
    try (Stream<Path> sizes = Files.list(HUGE_PAGES)) {
      return sizes.map(LinuxEnvironment::hugePages).flatMap(Optional::stream).sorted().toList();
    } catch (IOException notMounted) {
      return List.of();
    }
  }

  private boolean selinuxEnforces() {
    return read("/sys/fs/selinux/enforce").filter("1"::equals).isPresent();
  }

  private static Optional<HugePages> hugePages(Path directory) {
    String name = directory.getFileName().toString();
    if (!name.startsWith("hugepages-") || !name.endsWith("kB")) {
      return Optional.empty();
    }
    long kibibytes = Long.parseLong(name, "hugepages-".length(), name.length() - "kB".length(), 10);
    return Optional.of(
        new HugePages(
            kibibytes << 10,
            count(directory, "free_hugepages") - count(directory, "resv_hugepages"),
            count(directory, "nr_overcommit_hugepages")));
  }

  private static long count(Path directory, String file) {
    return read(directory.resolve(file).toString()).map(Long::parseLong).orElse(0L);
  }

  /** A soft limit of this process, as {@code /proc/self/limits} words it. */
  private static Optional<String> limit(String name) {
    return read("/proc/self/limits")
        .flatMap(limits ->
            limits
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip().split("\\s+", -1))
                .flatMap(columns -> Arrays.stream(columns).limit(1))
                .findFirst());
  }

  private static Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(Path.of(file)).strip());
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /**
   * A size of huge pages, how many of them are free, and how many more the kernel would make on
   * demand.
   */
  record HugePages(long byteSize, long free, long overcommit) implements Comparable<HugePages> {
    boolean accessible() {
      return free > 0 || overcommit > 0;
    }

    @Override
    public int compareTo(HugePages other) {
      return Long.compare(byteSize, other.byteSize);
    }
  }
}
