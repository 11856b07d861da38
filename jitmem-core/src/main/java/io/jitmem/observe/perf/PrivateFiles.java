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

/**
 * Opens files in directories that others may write to. A file is either made here, which fails for
 * any name that is taken, links too; or it is a regular file of this user's already. Nobody else
 * can put a link in its place then, as long as the directory lets only owners delete, as {@code
 * /tmp}.
 */
final class PrivateFiles {
  private PrivateFiles() {}

  /** A new file in place of what has the name; a link goes, not what it points to. */
  static FileOutputStream replace(Path file) {
    try {
      Files.deleteIfExists(file);
      create(file);
      return new FileOutputStream(file.toFile(), true);
    } catch (IOException failure) {
      throw refused(file, failure);
    }
  }

  /** A new file, or the end of this user's own. */
  static FileOutputStream append(Path file) {
    try {
      try {
        create(file);
      } catch (FileAlreadyExistsException taken) {
        requireOwn(file, taken);
      }
      return new FileOutputStream(file.toFile(), true);
    } catch (IOException failure) {
      throw refused(file, failure);
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
    if (!owner.equals(self())) {
      throw new IOException("it is there and belongs to " + owner.getName(), taken);
    }
  }

  /** The user who owns what this process makes, which is not always who {@code user.name} is. */
  private static UserPrincipal self() throws IOException {
    Path probe = Files.createTempFile("jitmem-", ".owner");
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
