package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Raw machine code, read from a file or a stream. */
final class CodeBytes {
  /** Far above what is run by hand, and far below what an array or a common heap holds. */
  static final int MAX_BYTES = 16 << 20;

  private CodeBytes() {}

  /**
   * Reads a file, of any kind: a pipe or a device has no size before it is read.
   *
   * @throws UsageException if it cannot be read, is empty or too big
   */
  static byte[] ofFile(String name) {
    try {
      Path path = Path.of(name);
      if (Files.isDirectory(path)) {
        throw new UsageException(Quoted.of(name) + " is a directory" + accepted());
      }
      try (InputStream stream = Files.newInputStream(path)) {
        return require(name, stream.readNBytes(MAX_BYTES + 1));
      }
    } catch (InvalidPathException | NoSuchFileException notThere) {
      throw unreadable("there is no file " + Quoted.of(name), notThere);
    } catch (AccessDeniedException denied) {
      throw unreadable("this user may not read " + Quoted.of(name), denied);
    } catch (IOException failed) {
      throw unreadable(Quoted.of(name) + " cannot be read: " + failed.getMessage(), failed);
    }
  }

  /**
   * Reads a stream to its end.
   *
   * @throws UsageException if it cannot be read, is empty or too long
   */
  static byte[] ofInput(InputStream stream) {
    try {
      return require("standard input", stream.readNBytes(MAX_BYTES + 1));
    } catch (IOException failed) {
      throw unreadable("standard input cannot be read: " + failed.getMessage(), failed);
    }
  }

  private static byte[] require(String name, byte[] bytes) {
    if (bytes.length == 0) {
      throw new UsageException(Quoted.of(name) + " is empty" + accepted());
    }
    if (bytes.length > MAX_BYTES) {
      throw new UsageException(
          Quoted.of(name) + " has more than " + MAX_BYTES + " bytes" + accepted());
    }
    return bytes;
  }

  private static UsageException unreadable(String what, Exception cause) {
    UsageException wrong = new UsageException(what + accepted());
    wrong.initCause(cause);
    return wrong;
  }

  private static String accepted() {
    return "; accepted is a file of 1.."
        + MAX_BYTES
        + " bytes of machine code, or - for standard input";
  }
}
