package io.jitmem.tool.heap;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a picture goes.
 *
 * @param path a file, or null for standard output
 */
record PictureFile(@Nullable Path path) {
  /**
   * What an option names.
   *
   * @throws UsageException if it is a file that cannot be written, as far as can be told before
   */
  static PictureFile of(@Nullable String out) {
    return new PictureFile(out == null || out.equals("-") ? null : writable(out));
  }

  private static Path writable(String out) {
    Path file;
    try {
      file = Path.of(out).toAbsolutePath();
    } catch (InvalidPathException noName) {
      throw refused(out, noName.getReason(), noName);
    }
    if (Files.isDirectory(file)) {
      throw refused(out, "it is a directory", null);
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw refused(out, "writing to it is not permitted", null);
    }
    Path directory = file.getParent();
    if (!Files.exists(file) && directory != null && !Files.isDirectory(directory)) {
      throw refused(out, "there is no directory " + directory, null);
    }
    if (!Files.exists(file) && directory != null && !Files.isWritable(directory)) {
      throw refused(out, "making files in " + directory + " is not permitted", null);
    }
    return file;
  }

  boolean isShown() {
    return path == null;
  }

  /** Writes a picture to the file, of which there is one. */
  void write(String picture) {
    Path file = path;
    if (file == null) {
      throw new IllegalStateException("a picture for standard output has no file");
    }
    try {
      Files.writeString(file, picture);
    } catch (IOException failure) {
      throw refused(file.toString(), failure.toString(), failure);
    }
  }

  private static UsageException refused(String out, String why, @Nullable Exception cause) {
    UsageException wrong =
        new UsageException(
            "--out: "
                + Quoted.of(out)
                + " cannot be written ("
                + why
                + "); it takes a file that can be, or - for standard output");
    if (cause != null) {
      wrong.initCause(cause);
    }
    return wrong;
  }
}
