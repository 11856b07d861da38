package io.jitmem.observe.perf;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A file that grows, with a buffer of {@value #BUFFER_BYTES} bytes, all fields of which its monitor
 * guards. It is written when the buffer is full, by {@link #flush}, and when the JVM exits; what
 * comes later than that is not buffered. The stream is a plain one since a channel is closed when a
 * thread that writes is interrupted.
 */
final class LogFile {
  static final int BUFFER_BYTES = 64 << 10;

  private final Path path;
  private final FileOutputStream stream;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Thread atExit = new Thread(this::exit, "jitmem-perf-flush");
  private int count;
  private int users = 1;
  private boolean exiting;
  private boolean closed;

  LogFile(Path path, FileOutputStream stream) {
    this.path = path;
    this.stream = stream;
    exiting = !hasHook();
  }

  private boolean hasHook() {
    try {
      Runtime.getRuntime().addShutdownHook(atExit);
      return true;
    } catch (IllegalStateException exitHasBegun) {
      return false;
    }
  }

  Path path() {
    return path;
  }

  synchronized void join() {
    users++;
  }

  /** Counts a user out; true for the last one. */
  synchronized boolean leave() {
    return --users == 0;
  }

  /**
   * Appends bytes as one piece: all of it or nothing, and no other thread's between them. If older
   * pieces cannot be written this one is not lost with them.
   */
  synchronized void append(byte[] bytes) {
    if (closed) {
      return;
    }
    try {
      if (bytes.length > BUFFER_BYTES - count) {
        flush();
      }
    } finally {
      put(bytes);
    }
  }

  private void put(byte[] bytes) {
    if (bytes.length > BUFFER_BYTES) {
      write(bytes, bytes.length);
      return;
    }
    System.arraycopy(bytes, 0, buffer, count, bytes.length);
    count += bytes.length;
    if (exiting) {
      flush();
    }
  }

  /** Hands the system what is buffered. If it does not take all of it, all of it is lost. */
  synchronized void flush() {
    int size = count;
    count = 0;
    if (size > 0) {
      write(buffer, size);
    }
  }

  /** Writes the rest and closes; the hook stays with a JVM that exits already. */
  synchronized void close() {
    if (!exiting) {
      removeHook();
    }
    closed = true;
    try (stream) {
      flush();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot close " + path, failure);
    }
  }

  private synchronized void exit() {
    exiting = true;
    if (!closed) {
      flush();
    }
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exitHasBegun) {
      exiting = true;
    }
  }

  private void write(byte[] bytes, int size) {
    long before = path.toFile().length();
    try {
      stream.write(bytes, 0, size);
    } catch (IOException failure) {
      cut(before, failure);
      throw new UncheckedIOException("cannot write " + size + " bytes to " + path, failure);
    }
  }

  /**
   * Takes away what a failed write has left: what comes later would be read as the rest of it. If
   * that fails, too, nothing is written any more.
   */
  private void cut(long byteSize, IOException cause) {
    boolean interrupted = Thread.interrupted(); // an interrupt would close the channel
    try {
      stream.getChannel().truncate(byteSize);
    } catch (IOException failure) {
      closed = true;
      cause.addSuppressed(failure);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
