package io.jitmem.linux;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code /proc} and {@code /sys} tell of this process and of the system. Read when it is
 * needed and afresh each time; what cannot be read is not there.
 */
final class LinuxEnvironment {
  private static final String HUGE_PAGES = "/sys/kernel/mm/hugepages";
  private static final String MAPS = "/proc/self/maps";

  /** The kernel's own default for the CPUs known (security/Kconfig) is at most this. */
  private static final long USUAL_LOWEST_ADDRESS = 64 << 10;

  private static final int PIECE = 16 << 10;

  private final Path root;

  LinuxEnvironment() {
    this(Path.of("/"));
  }

  /** The environment that the files below a directory describe. */
  LinuxEnvironment(Path root) {
    this.root = root;
  }

  /** The lowest address that an unprivileged process may map. */
  long lowestAddress() {
    return readNumber("/proc/sys/vm/mmap_min_addr").orElse(USUAL_LOWEST_ADDRESS);
  }

  /**
   * The mappings of this process as {@code /proc/self/maps} lists them, sorted by address.
   *
   * @throws VirtMemException if it cannot be read
   */
  List<String> mappings() {
    try {
      return Files.readAllLines(path(MAPS), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new VirtMemException(
          Kind.NOT_SUPPORTED, "what is mapped cannot be read from " + MAPS + ": " + unreadable);
    }
  }

  /** The number of this process's mappings, 0 if it cannot be read. */
  long mappingCount() {
    return read(MAPS).map(maps -> maps.lines().count()).orElse(0L);
  }

  /** The sizes of huge pages that the kernel has, with the number that a process could get now. */
  List<HugePages> hugePages() {
    try (Stream<Path> sizes = Files.list(path(HUGE_PAGES))) {
      return sizes
          .map(size -> size.getFileName().toString())
          .map(this::hugePages)
          .flatMap(Optional::stream)
          .sorted()
          .toList();
    } catch (IOException notMounted) {
      return List.of();
    }
  }

  Mounts mounts() {
    return new Mounts(read("/proc/self/mountinfo").orElse(""));
  }

  /** Whether files of a directory cannot be mapped to execute, because of how it is mounted. */
  boolean isNoexec(String directory) {
    return mounts().of(real(directory)).filter(Mounts.Mount::isNoexec).isPresent();
  }

  boolean exists(String file) {
    return Files.exists(path(file));
  }

  /** The number of entries of a directory, 0 if it cannot be read. */
  long entryCount(String directory) {
    try (Stream<Path> entries = Files.list(path(directory))) {
      return entries.count();
    } catch (IOException notThere) {
      return 0;
    }
  }

  boolean selinuxEnforces() {
    return read("/sys/fs/selinux/enforce").filter("1"::equals).isPresent();
  }

  /** A line of {@code /proc/self/status}, by its name. */
  Optional<String> status(String name) {
    return read("/proc/self/status")
        .flatMap(status ->
            status
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst());
  }

  /** A soft limit of this process, as {@code /proc/self/limits} words it. */
  Optional<String> limit(String name) {
    return read("/proc/self/limits")
        .flatMap(limits ->
            limits
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .map(values -> values.replaceFirst("\\s.*", ""))
                .findFirst());
  }

  /** A file without the white space around its text, if it can be read. */
  Optional<String> read(String file) {
    try (InputStream in = Files.newInputStream(path(file))) {
      return Optional.of(text(in).strip());
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /**
   * Reads in large pieces: a file of {@code /proc/sys} gives its value to the first read only, and
   * {@link Files#readString} begins with one byte where a file says that its size is 0.
   */
  private static String text(InputStream in) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    byte[] piece = new byte[PIECE];
    for (int count = in.read(piece); count > 0; count = in.read(piece)) {
      text.write(piece, 0, count);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /** The beginning of a file that may be long. */
  Optional<String> firstBytes(String file, int count) {
    try (InputStream in = Files.newInputStream(path(file))) {
      return Optional.of(new String(in.readNBytes(count), StandardCharsets.UTF_8));
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /** A file that holds one number; other texts, as {@code max}, are none. */
  Optional<Long> readNumber(String file) {
    return read(file).filter(text -> text.matches("[0-9]{1,18}")).map(Long::parseLong);
  }

  /**
   * The word in brackets of a setting that lists its choices, as {@code always [madvise] never}.
   */
  Optional<String> choice(String file) {
    return read(file)
        .filter(text -> text.contains("[") && text.indexOf(']') > text.indexOf('['))
        .map(text -> text.substring(text.indexOf('[') + 1, text.indexOf(']')));
  }

  private Optional<HugePages> hugePages(String name) {
    if (!name.startsWith("hugepages-") || !name.endsWith("kB")) {
      return Optional.empty();
    }
    long kibibytes = Long.parseLong(name, "hugepages-".length(), name.length() - "kB".length(), 10);
    String directory = HUGE_PAGES + "/" + name + "/";
    return Optional.of(
        new HugePages(
            kibibytes << 10,
            count(directory + "nr_hugepages"),
            count(directory + "free_hugepages") - count(directory + "resv_hugepages"),
            count(directory + "nr_overcommit_hugepages")));
  }

  private long count(String file) {
    return readNumber(file).orElse(0L);
  }

  /** Without links, if the directory is there. */
  private String real(String directory) {
    try {
      return root.equals(Path.of("/")) ? Path.of(directory).toRealPath().toString() : directory;
    } catch (IOException notThere) {
      return directory;
    }
  }

  private Path path(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  /**
   * A size of huge pages, how many of them the pool has and how many are free, and how many more
   * the kernel would make on demand.
   */
  record HugePages(long byteSize, long pool, long free, long overcommit)
      implements Comparable<HugePages> {
    boolean accessible() {
      return free > 0 || overcommit > 0;
    }

    /** The size as a person writes it. */
    String sizeText() {
      if (byteSize < 1 << 20) {
        return (byteSize >> 10) + " KiB";
      }
      return byteSize < 1 << 30 ? (byteSize >> 20) + " MiB" : (byteSize >> 30) + " GiB";
    }

    @Override
    public int compareTo(HugePages other) {
      return Long.compare(byteSize, other.byteSize);
    }
  }
}
