package io.jitmem.observe.perf;

import io.jitmem.observe.CodeSymbol;
import io.jitmem.observe.PublishedCode;
import io.jitmem.observe.tables.FunctionFrames;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.FileMarking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A dump being written. Its log's monitor guards {@code index}, and is held from the reading of the
 * clock on: perf wants records in the order of their times.
 */
final class DumpFile {
  private static final long PID = ProcessHandle.current().pid();

  private final LogFile log;
  private final FileMarking.Mark mark;
  private long index;

  private DumpFile(LogFile log, FileMarking.Mark mark) {
    this.log = log;
    this.mark = mark;
  }

  /** A new file with a header and a mark, or no file. */
  static DumpFile create(Path path, VirtMem memory) {
    var architecture =
        Platform.current()
            .architecture()
            .orElseThrow(
                () -> new UnsupportedOperationException("perf's number of this CPU is not known"));
    if (!(memory instanceof FileMarking marking)) {
      throw new UnsupportedOperationException(
          "perf finds a jitdump by an executable mapping of the file, which the backend "
              + memory.name()
              + " cannot make; use perf's map");
    }
    LogFile log = new LogFile(path, PrivateFiles.replace(path));
    try {
      log.append(JitdumpRecords.header(architecture, PID, System.nanoTime()));
      log.flush();
      return new DumpFile(log, marking.markExecutable(path));
    } catch (RuntimeException refused) {
      remove(log, refused);
      throw refused;
    }
  }

  private static void remove(LogFile log, RuntimeException cause) {
    try {
      log.close();
      Files.delete(log.path());
    } catch (IOException | RuntimeException failure) {
      cause.addSuppressed(failure);
    }
  }

  LogFile log() {
    return log;
  }

  /** A function is named, too, if its frames are damaged. */
  void append(PublishedCode code) {
    FunctionFrames frames = null;
    IllegalArgumentException damaged = null;
    try {
      frames = FunctionFrames.of(code).orElse(null);
    } catch (IllegalArgumentException wrong) {
      damaged = wrong;
    }
    for (CodeSymbol function : NamedRanges.of(code)) {
      append(new JitdumpRecords(code, function), frames);
    }
    if (damaged != null) {
      throw damaged;
    }
  }

  /** What belongs to a function is one piece: perf takes it for the next one's if that is lost. */
  private void append(JitdumpRecords records, @Nullable FunctionFrames frames) {
    synchronized (log) {
      log.append(records.of(frames, index++, PID, System.nanoTime()));
    }
  }

  void close() {
    try (mark) {
      synchronized (log) {
        try {
          log.append(JitdumpRecords.close(System.nanoTime()));
        } finally {
          log.close();
        }
      }
    }
  }
}
