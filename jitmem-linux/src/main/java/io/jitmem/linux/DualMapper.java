package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.mapped.PageUse;
import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.BackingFiles;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.FileViews;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/**
 * Maps memory twice by one mechanism. Whatever fails, nothing is left: no mapping, descriptor or
 * file.
 */
final class DualMapper {
  private static final String DEFAULT_NAME = "jitmem";

  private final LinuxAbi abi;
  private final PosixCalls posix;
  private final LinuxCalls linux;
  private final BackingFiles files;
  private final TransparentHugePages hugePages;
  private final PagePopulation population;

  DualMapper(LinuxSystem system, TransparentHugePages hugePages, PagePopulation population) {
    abi = system.abi();
    posix = system.posix();
    linux = system.linux();
    files = new BackingFiles(posix);
    this.hugePages = hugePages;
    this.population = population;
  }

  ViewAddresses map(DualMechanism mechanism, long byteSize, MappingOptions options) {
    if (options.largePageByteSize() > 0 && mechanism != DualMechanism.MEMFD) {
      throw new UnsupportedOperationException(
          "huge pages can be mapped twice by memfd_create only, not by " + mechanism.text());
    }
    return mechanism.isFile()
        ? mapFile(mechanism, byteSize, options, views(options))
        : duplicate(byteSize, options);
  }

  private FileViews views(MappingOptions options) {
    // The kernel takes the flag with such a file only, and an error then tells of huge pages.
    int flags = options.largePageByteSize() > 0 ? LinuxAbi.MAP_HUGETLB : 0;
    return new PlacedViews(posix, hugePages, flags);
  }

  /** Maps a file in a way of the caller's. */
  ViewAddresses mapFile(
      DualMechanism mechanism, long byteSize, MappingOptions options, FileViews views) {
    return switch (mechanism) {
      case MEMFD -> withFile(() -> memfd(options), byteSize, false, views);
      case MREMAP -> throw new IllegalArgumentException("mremap duplicates memory, not a file");
      case SHM_OPEN -> withFile(files::sharedMemory, byteSize, true, views);
      case O_TMPFILE -> inDirectory(this::unnamedFile, byteSize, views);
      case TEMPORARY_FILE -> inDirectory(files::temporaryFile, byteSize, views);
    };
  }

  /**
   * The kernel wants to be told whether the file may be executed, which mapping it does not need:
   * with {@code vm.memfd_noexec} at 2 it refuses MFD_EXEC, but not a file sealed against execve;
   * before 6.3 it knows neither flag.
   */
  private int memfd(MappingOptions options) {
    String name = options.name().orElse(DEFAULT_NAME);
    int flags = LinuxAbi.MFD_CLOEXEC;
    if (options.largePageByteSize() > 0) {
      flags |= LinuxAbi.MFD_HUGETLB | LinuxAbi.hugeSize(options.largePageByteSize());
    }
    try {
      return linux.memfdCreate(name, flags | LinuxAbi.MFD_EXEC);
    } catch (VirtMemException refused) {
      return switch (code(refused)) {
        case ErrnoTable.EACCES -> linux.memfdCreate(name, flags | LinuxAbi.MFD_NOEXEC_SEAL);
        case ErrnoTable.EINVAL -> linux.memfdCreate(name, flags);
        default -> throw refused;
      };
    }
  }

  private ViewAddresses duplicate(long byteSize, MappingOptions options) {
    int flags = Posix.MAP_SHARED | LinuxAbi.MAP_ANON;
    long rw = posix.mmap(byteSize, Posix.PROT_READ | Posix.PROT_WRITE, flags, -1);
    try {
      options.name().ifPresent(name -> linux.nameMapping(rw, byteSize, name));
      long rx = linux.duplicate(rw, byteSize);
      try {
        posix.mprotect(rx, byteSize, Posix.PROT_READ | Posix.PROT_EXEC);
        return new ViewAddresses(rx, rw);
      } catch (RuntimeException failure) {
        Undo.after(failure, () -> posix.munmap(rx, byteSize));
        throw failure;
      }
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(rw, byteSize));
      throw failure;
    }
  }

  private int unnamedFile(String directory) {
    return posix.open(
        directory, Posix.O_RDWR | abi.O_TMPFILE() | LinuxAbi.O_CLOEXEC, Posix.OWNER_ONLY);
  }

  /**
   * Tries the directories for temporary files until one is writable, not full and not mounted
   * noexec.
   */
  private ViewAddresses inDirectory(ToIntFunction<String> open, long byteSize, FileViews views) {
    VirtMemException first = null;
    for (String directory : TemporaryDirectories.all()) {
      try {
        return withFile(() -> open.applyAsInt(directory), byteSize, true, views);
      } catch (VirtMemException refused) {
        if (isLeftBehind(refused)) {
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

  /**
   * Whether a file was made that could not be removed: another try would only leave another one.
   */
  private static boolean isLeftBehind(VirtMemException failure) {
    return failure.call().filter(call -> call.text().startsWith("unlink(")).isPresent();
  }

  /** Opens a file, sizes it, maps it twice and closes it again: mappings keep it alive. */
  private ViewAddresses withFile(
      IntSupplier open, long byteSize, boolean mayBeFull, FileViews views) {
    requireFileSize(byteSize);
    int fd = open.getAsInt();
    ViewAddresses mapped = sizeAndMap(fd, byteSize, mayBeFull, views);
    try {
      posix.close(fd);
      return mapped;
    } catch (RuntimeException failure) {
      views.takeBack(mapped, byteSize, failure);
      throw failure;
    }
  }

  private ViewAddresses sizeAndMap(int fd, long byteSize, boolean mayBeFull, FileViews views) {
    try {
      posix.ftruncate(fd, byteSize);
      // A hole that cannot be filled when it is first written is SIGBUS, so the storage is taken
      // now.
      if (mayBeFull && !allocated(fd, byteSize)) {
        return written(views.map(fd, byteSize), byteSize, views);
      }
      return views.map(fd, byteSize);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.close(fd));
      throw failure;
    }
  }

  /** Whether the file system could; where it cannot, glibc writes to the file, and musl refuses. */
  private boolean allocated(int fd, long byteSize) {
    try {
      posix.posixFallocate(fd, byteSize);
      return true;
    } catch (VirtMemException refused) {
      if (refused.kind() == Kind.NOT_SUPPORTED) {
        return false;
      }
      throw refused;
    }
  }

  private ViewAddresses written(ViewAddresses mapped, long byteSize, FileViews views) {
    try {
      population.populate(new PageRun(mapped.rw(), byteSize, PageUse.WRITABLE_VIEW));
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
    long limit = linux.getrlimit(LinuxAbi.RLIMIT_FSIZE);
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

  private static int code(VirtMemException failure) {
    return failure.call().map(VirtMemException.Call::code).orElse(0);
  }
}
