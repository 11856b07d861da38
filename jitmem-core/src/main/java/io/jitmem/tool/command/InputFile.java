package io.jitmem.tool.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads what a user names.
 *
 * @param maxBytes how big a file may be
 * @param accepted what may be named, for errors: "a file of ..."
 */
public record InputFile(int maxBytes, String accepted) {
  /**
   * Reads a file, of any kind: a pipe or a device has no size before it is read.
   *
   * @throws UsageException if it cannot be read, is empty or too big
   */
  public byte[] read(String name) {
    try {
      Path path = Path.of(name);
      if (Files.isDirectory(path)) {
        throw new UsageException(Quoted.of(name) + " is a directory" + told());
      }
      try (InputStream stream = Files.newInputStream(path)) {
        return require(name, stream.readNBytes(maxBytes + 1));
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
  public byte[] read(InputStream stream) {
    try {
      return require("standard input", stream.readNBytes(maxBytes + 1));
    } catch (IOException failed) {
      throw unreadable("standard input cannot be read: " + failed.getMessage(), failed);
    }
  }

  private byte[] require(String name, byte[] bytes) {
    if (bytes.length == 0) {
      throw new UsageException(Quoted.of(name) + " is empty" + told());
    }
    if (bytes.length > maxBytes) {
      throw new UsageException(Quoted.of(name) + " has more than " + maxBytes + " bytes" + told());
    }
    return bytes;
  }

  private UsageException unreadable(String what, Exception cause) {
    UsageException wrong = new UsageException(what + told());
    wrong.initCause(cause);
    return wrong;
  }

  private String told() {
    return "; accepted is " + accepted;
  }
}
