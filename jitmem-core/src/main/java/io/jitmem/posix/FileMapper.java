package io.jitmem.posix;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/**
 * Opens a file, sizes it, maps it twice and closes it again: mappings keep it alive. Whatever
 * fails, nothing is left: no mapping, descriptor or file.
 */
public final class FileMapper {
  private final PosixCalls calls;
  private final FileStorage storage;

  /** A mapper by the calls of a system. */
  public FileMapper(PosixCalls calls, FileStorage storage) {
    this.calls = calls;
    this.storage = storage;
  }

  /** Maps a file; {@code mayBeFull} says whether its file system may run out of storage. */
  public ViewAddresses map(IntSupplier open, long byteSize, boolean mayBeFull, FileViews views) {
    requireFileSize(byteSize);
    int fd = open.getAsInt();
    ViewAddresses mapped = sizeAndMap(fd, byteSize, mayBeFull, views);
    try {
      calls.close(fd);
      return mapped;
    } catch (RuntimeException failure) {
      views.takeBack(mapped, byteSize, failure);
      throw failure;
    }
  }

  /**
   * Maps a file in the first of some directories that is writable, not full and not mounted noexec.
   */
  public ViewAddresses mapInDirectory(
      Set<String> directories, ToIntFunction<String> open, long byteSize, FileViews views) {
    VirtMemException first = null;
    for (String directory : directories) {
      try {
        return map(() -> open.applyAsInt(directory), byteSize, true, views);
      } catch (VirtMemException refused) {
        if (BackingFiles.isLeftBehind(refused)) {
          throw refused;
        }
        if (first == null) {
          first = refused;
        } else {
          first.addSuppressed(refused);
        }
      }
    }
    throw first != null
        ? first
        : new VirtMemException(Kind.NOT_SUPPORTED, "no directory for temporary files is known");
  }

  private ViewAddresses sizeAndMap(int fd, long byteSize, boolean mayBeFull, FileViews views) {
    try {
      calls.ftruncate(fd, byteSize);
      if (mayBeFull && !storage.take(fd, byteSize)) {
        return withStorage(fd, views.map(fd, byteSize), byteSize, views);
      }
      return views.map(fd, byteSize);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.close(fd));
      throw failure;
    }
  }

  private ViewAddresses withStorage(int fd, ViewAddresses mapped, long byteSize, FileViews views) {
    try {
      storage.takeMapped(fd, new PageRun(mapped.rw(), byteSize, PageUse.WRITABLE_VIEW));
      return mapped;
    } catch (RuntimeException failure) {
      views.takeBack(mapped, byteSize, failure);
      throw failure;
    }
  }

  /**
   * Beyond this limit the kernel sends SIGXFSZ, which kills a process that, unlike HotSpot, does
   * not handle it.
   */
  private void requireFileSize(long byteSize) {
    long limit = calls.getrlimit(Posix.RLIMIT_FSIZE);
    if (limit >= 0 && byteSize > limit) {
      throw new VirtMemException(
          Kind.FILE_TOO_LARGE,
          "a file of "
              + byteSize
              + " bytes exceeds this process's limit of "
              + limit
              + " bytes (RLIMIT_FSIZE, ulimit -f)");
    }
  }
}
