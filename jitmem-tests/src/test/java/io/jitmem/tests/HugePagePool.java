package io.jitmem.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Huge pages put into the system's pool, and taken out again at the end. */
final class HugePagePool implements AutoCloseable {
  private final Path directory;
  private final String before;
  private long free;

  private HugePagePool(Path directory) throws IOException {
    this.directory = directory;
    before = text("nr_hugepages");
  }

  /** A pool of free pages of a size; the test is skipped where they cannot be had. */
  static HugePagePool of(int kibibytes, int count) throws IOException {
    Path directory = Path.of("/sys/kernel/mm/hugepages/hugepages-" + kibibytes + "kB");
    assumeTrue(Files.isDirectory(directory), "the kernel has no huge pages of this size");
    HugePagePool pool = new HugePagePool(directory);
    assumeTrue(
        Files.isWritable(directory.resolve("nr_hugepages")), "only root may ask for huge pages");
    assumeTrue(
        pool.before.equals("0"), "the pool of huge pages is somebody's: it has " + pool.before);
    pool.grow(count);
    return pool;
  }

  private void grow(int count) throws IOException {
    try {
      Files.writeString(directory.resolve("nr_hugepages"), String.valueOf(count));
      free = number("free_hugepages");
      assumeTrue(free == count, "the system has memory for " + free + " huge pages, not " + count);
    } catch (RuntimeException | IOException notToBeHad) {
      close();
      throw notToBeHad;
    }
  }

  void requireAllFree() throws IOException {
    assertThat(number("free_hugepages")).isEqualTo(free);
    assertThat(number("resv_hugepages")).isZero();
  }

  private long number(String file) throws IOException {
    return Long.parseLong(text(file));
  }

  private String text(String file) throws IOException {
    return Files.readAllLines(directory.resolve(file)).getFirst().strip();
  }

  @Override
  public void close() throws IOException {
    Files.writeString(directory.resolve("nr_hugepages"), before);
  }
}
