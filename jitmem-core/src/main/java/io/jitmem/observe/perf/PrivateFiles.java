package io.jitmem.observe.perf;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.Objects;

/**
 * Opens files in directories that others may write to. A file is either made here, which fails for
 * any name that is taken, links too; or it is a regular file of this user's already, by this name
 * only. Nobody else can put a link in its place then, as long as the directory lets only owners
 * delete, as {@code /tmp}.
 */
final class PrivateFiles {
  private PrivateFiles() {}

  /** A name in a directory, the same however the directory was reached. */
  static Path in(Path directory, String name) {
    try {
      return directory.toRealPath().resolve(name);
    } catch (IOException failure) {
      throw refused(directory.resolve(name), failure);
    }
  }

  /** A new file in place of what has the name; a link goes, not what it points to. */
  static FileOutputStream replace(Path file) {
    try {
      Files.deleteIfExists(file);
      return created(file);
    } catch (IOException failure) {
      throw refused(file, failure);
    }
  }

  /**
   * A new file, or the end of this user's own. One that is older than this process is of another
   * one that had its number, and is replaced.
   */
  static FileOutputStream append(Path file) {
    try {
      try {
        return created(file);
      } catch (FileAlreadyExistsException taken) {
        requireOwn(file, taken);
      }
      return isStale(file) ? replace(file) : new FileOutputStream(file.toFile(), true);
    } catch (IOException failure) {
      throw refused(file, failure);
    }
  }

  private static FileOutputStream created(Path file) throws IOException {
    create(file);
    try {
      return new FileOutputStream(file.toFile(), true);
    } catch (IOException failure) {
      Files.delete(file);
      throw failure;
    }
  }

  private static void create(Path file) throws IOException {
    boolean hasModes = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] attributes =
        hasModes
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    Files.createFile(file, attributes);
  }

  private static void requireOwn(Path file, FileAlreadyExistsException taken) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("it is there and not a regular file: remove it", taken);
    }
    UserPrincipal owner = Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
    if (!owner.equals(self(Objects.requireNonNull(file.getParent())))) {
      throw new IOException("it is there and belongs to " + owner.getName(), taken);
    }
    if (hasOtherNames(file)) {
      throw new IOException("it is there and has other names, too: remove it", taken);
    }
  }

  /** Whoever may link this user's files could have them written to. */
  private static boolean hasOtherNames(Path file) throws IOException {
    return file.getFileSystem().supportedFileAttributeViews().contains("unix")
        && !Integer.valueOf(1)
            .equals(Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Whether a file was written last before this process began. Where the JDK knows that to the
   * second only, it is rounded down, so nothing that the process has written itself is stale.
   */
  private static boolean isStale(Path file) throws IOException {
    Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    return ProcessHandle.current().info().startInstant().filter(written::isBefore).isPresent();
  }

  /** The user who owns what this process makes, which is not always who {@code user.name} is. */
  private static UserPrincipal self(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, "jitmem-", ".owner");
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static UncheckedIOException refused(Path file, IOException failure) {
    return new UncheckedIOException(
        "cannot open " + file + " for perf: " + failure.getMessage(), failure);
  }
}
