package io.jitmem.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets the system copy between memory and a file: a kernel checks the protection of the pages and
 * answers with an error where an access by this JVM would crash it. Works for real memory on every
 * system, without native access.
 */
public final class SystemCallProbe implements AccessProbe {
  private static final int PROBED_BYTES = 16;

  /** Creates a probe, which needs a directory for temporary files. */
  public SystemCallProbe() {}

  @Override
  public boolean readable(MemorySegment memory) {
    return attempt((file, bytes) -> file.write(bytes.asByteBuffer(), 0), memory);
  }

  @Override
  public boolean writable(MemorySegment memory) {
    return attempt((file, bytes) -> file.read(bytes.asByteBuffer(), 0), memory);
  }

  private static boolean attempt(Copy copy, MemorySegment memory) {
    try {
      Path path = Files.createTempFile("jitmem-probe", ".bin");
      try (FileChannel file =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        Files.write(path, new byte[PROBED_BYTES]);
        return succeeds(copy, file, memory.asSlice(0, PROBED_BYTES));
      } finally {
        Files.delete(path);
      }
    } catch (IOException noFile) {
      throw new UncheckedIOException(noFile);
    }
  }

  private static boolean succeeds(Copy copy, FileChannel file, MemorySegment bytes) {
    try {
      return copy.between(file, bytes) == PROBED_BYTES;
    } catch (IOException refused) {
      return false;
    }
  }

  private interface Copy {
    int between(FileChannel file, MemorySegment bytes) throws IOException;
  }
}
