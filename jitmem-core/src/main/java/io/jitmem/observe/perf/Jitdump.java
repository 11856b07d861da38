package io.jitmem.observe.perf;

import io.jitmem.observe.CodeListener;
import io.jitmem.observe.PublishedCode;
import io.jitmem.virtmem.VirtMem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Writes a jitdump, version 1: each function's name, time, bytes and source lines, from which
 * {@code perf inject --jit} makes what {@code perf report} and {@code perf annotate} read. Since it
 * has times, memory that is used again by another function is named rightly. The recording must use
 * the same clock, {@code perf record -k mono}. All that is open of one directory in this process
 * share a file.
 *
 * <p>Records are buffered, up to 64 KiB, which is what a crash or a kill loses; they are written
 * when that is full, by {@link #flush}, on close, and when the JVM exits. Thread-safe.
 */
public final class Jitdump implements CodeListener, AutoCloseable {
  private static final SharedFiles<DumpFile> FILES = new SharedFiles<>();

  /** Files that this process has made, which are never made again; guarded by itself. */
  private static final Set<Path> MADE = new HashSet<>();

  /** Guarded by the class. */
  private static @Nullable Path home;

  private final DumpFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Jitdump(DumpFile file) {
    this.file = file;
  }

  /**
   * Opens the dump in the directory that the environment variable {@code JITDUMPDIR} names, or in a
   * new private one below {@code .debug/jit} in the user's home.
   *
   * @return the listener
   * @throws UncheckedIOException if the directory or the file cannot be made
   * @throws IllegalStateException if this process has written and closed a dump there
   * @throws UnsupportedOperationException if the backend cannot make the mapping by which perf
   *     finds the file
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses that mapping
   */
  public static Jitdump open() {
    String directory = System.getenv("JITDUMPDIR");
    return open(directory == null || directory.isEmpty() ? homeDirectory() : Path.of(directory));
  }

  /**
   * Opens {@code jit-<pid>.dump}. What another process has left by that name is replaced. After a
   * failure nothing is left.
   *
   * @param directory an existing directory of a file system from which code may be executed; perf
   *     inject writes to it, too
   * @return the listener
   * @throws UncheckedIOException if the file cannot be made
   * @throws IllegalStateException if this process has written and closed a dump there
   * @throws UnsupportedOperationException if the backend cannot make the mapping by which perf
   *     finds the file
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses that mapping
   */
  public static Jitdump open(Path directory) {
    String name = "jit-" + ProcessHandle.current().pid() + ".dump";
    Path path = PrivateFiles.in(directory, name);
    return new Jitdump(FILES.open(path, Jitdump::create, file -> file.log().join()));
  }

  private static DumpFile create(Path path) {
    synchronized (MADE) {
      if (MADE.contains(path)) {
        throw new IllegalStateException(
            path
                + " was written and closed by this process: perf would lose it; use another directory");
      }
      DumpFile created = DumpFile.create(path, VirtMem.host());
      MADE.add(path);
      return created;
    }
  }

  /**
   * The file.
   *
   * @return its absolute path
   */
  public Path path() {
    return file.log().path();
  }

  /**
   * Appends the records of some code.
   *
   * @throws UncheckedIOException if the system does not take what is buffered; it is lost
   */
  @Override
  public void published(PublishedCode code) {
    if (!closed.get()) {
      file.append(code);
    }
  }

  /**
   * Writes what is buffered, so that perf can read it now.
   *
   * @throws UncheckedIOException if the system does not take it; it is lost
   */
  public void flush() {
    file.log().flush();
  }

  /**
   * Ends this listener; the last one of a file writes the rest and the mark of the end, and closes
   * it. The file stays. Once is enough.
   *
   * @throws UncheckedIOException if the system does not take what is buffered
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FILES.leave(path(), file.log(), file::close);
    }
  }

  /** Made once, by the first who needs it. */
  private static synchronized Path homeDirectory() {
    Path made = home;
    if (made == null) {
      made = newHomeDirectory();
      home = made;
    }
    return made;
  }

  private static Path newHomeDirectory() {
    Path parent = Path.of(System.getProperty("user.home"), ".debug", "jit");
    try {
      Files.createDirectories(parent);
      return Files.createTempDirectory(parent, "jitmem-");
    } catch (IOException failure) {
      throw new UncheckedIOException(
          "cannot make a directory for the jitdump below "
              + parent
              + ": name one by JITDUMPDIR: "
              + failure,
          failure);
    }
  }
}
