package io.jitmem.observe.perf;

import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes a line for each function to perf's map, from which {@code perf report} names addresses.
 * All that is open of one file in this process share it, and append: lines of HotSpot's own map
 * stay, but what is older than the process is replaced. A map knows no time and nothing is ever
 * taken out: where memory is used again a later line overlaps an older one, and which of the two
 * perf shows is not defined. {@link Jitdump} has time.
 *
 * <p>Lines are buffered, up to 64 KiB, which is what a crash or a kill loses; they are written when
 * that is full, by {@link #flush}, on close, and when the JVM exits. perf reads the map when it
 * reports. Thread-safe.
 */
public final class PerfMap implements CodeListener, AutoCloseable {
  private static final SharedFiles<LogFile> FILES = new SharedFiles<>();

  private final LogFile file;
  private final AtomicBoolean closed = new AtomicBoolean();

  private PerfMap(LogFile file) {
    this.file = file;
  }

  /**
   * Opens the map where perf looks for it: {@code /tmp/perf-<pid>.map}.
   *
   * @return the listener
   * @throws java.io.UncheckedIOException if the file cannot be made, or there is something by its
   *     name that is not a regular file of this user's; nothing is left then
   */
  public static PerfMap open() {
    return open(Path.of("/tmp"));
  }

  /**
   * Opens the map in another directory, to be moved to where perf looks.
   *
   * @param directory an existing directory
   * @return the listener
   * @throws java.io.UncheckedIOException if the file cannot be made, or there is something by its
   *     name that is not a regular file of this user's; nothing is left then
   */
  public static PerfMap open(Path directory) {
    String name = "perf-" + ProcessHandle.current().pid() + ".map";
    Path path = PrivateFiles.in(directory, name);
    return new PerfMap(
        FILES.open(path, p -> new LogFile(p, PrivateFiles.append(p)), LogFile::join));
  }

  /**
   * The file.
   *
   * @return its absolute path
   */
  public Path path() {
    return file.path();
  }

  /**
   * Appends the lines of some code.
   *
   * @throws java.io.UncheckedIOException if the system does not take what is buffered; it is lost
   */
  @Override
  public void published(PublishedCode code) {
    if (closed.get()) {
      return;
    }
    StringBuilder lines = new StringBuilder();
    for (CodeSymbol function : NamedRanges.of(code)) {
      lines
          .append(Long.toHexString(code.range().address() + function.offset()))
          .append(' ')
          .append(Long.toHexString(function.byteSize()))
          .append(' ')
          .append(NamedRanges.oneLine(function.name()))
          .append('\n');
    }
    file.append(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes what is buffered, so that perf can read it now.
   *
   * @throws java.io.UncheckedIOException if the system does not take it; it is lost
   */
  public void flush() {
    file.flush();
  }

  /**
   * Ends this listener; the last one of a file writes the rest and closes it. The file stays. Once
   * is enough.
   *
   * @throws java.io.UncheckedIOException if the system does not take what is buffered
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      FILES.leave(file.path(), file, file::close);
    }
  }
}
