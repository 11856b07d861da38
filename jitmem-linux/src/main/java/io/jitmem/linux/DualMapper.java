package io.jitmem.linux;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.BackingFiles;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.FileMapper;
import io.jitmem.posix.FileViews;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.ReservedViews;
import io.jitmem.posix.TemporaryDirectories;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;
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
  private final BackingFiles opened;
  private final FileMapper files;
  private final TransparentHugePages hugePages;

  DualMapper(LinuxSystem system, TransparentHugePages hugePages, PagePopulation population) {
    abi = system.abi();
    posix = system.posix();
    linux = system.linux();
    opened = new BackingFiles(posix);
    files = new FileMapper(posix, new AllocatedStorage(posix, population));
    this.hugePages = hugePages;
  }

  /** The ways to map memory twice, in the order in which they are tried. */
  List<DualRoute> routes() {
    List<DualRoute> routes = new ArrayList<>();
    for (DualMechanism mechanism : DualMechanism.values()) {
      routes.add(new Route(mechanism, this));
    }
    return routes;
  }

  private record Route(DualMechanism means, DualMapper mapper) implements DualRoute {
    @Override
    public String mechanism() {
      return means.text();
    }

    @Override
    public boolean isTemporaryFile() {
      return means.isTemporaryFile();
    }

    @Override
    public boolean isForReservations() {
      return means.isFile();
    }

    @Override
    public ViewAddresses map(long byteSize, MappingOptions options) {
      return mapper.map(means, byteSize, options);
    }

    @Override
    public void mapAt(ViewAddresses place, long byteSize) {
      FileViews views = new ReservedViews(mapper.posix, place);
      mapper.mapFile(means, byteSize, MappingOptions.NONE, views);
    }
  }

  private ViewAddresses map(DualMechanism mechanism, long byteSize, MappingOptions options) {
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
  private ViewAddresses mapFile(
      DualMechanism mechanism, long byteSize, MappingOptions options, FileViews views) {
    return switch (mechanism) {
      case MEMFD -> files.map(() -> memfd(options), byteSize, false, views);
      case MREMAP -> throw new IllegalArgumentException("mremap duplicates memory, not a file");
      case SHM_OPEN -> files.map(opened::sharedMemory, byteSize, true, views);
      case O_TMPFILE -> inDirectory(this::unnamedFile, byteSize, views);
      case TEMPORARY_FILE -> inDirectory(opened::temporaryFile, byteSize, views);
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

  private ViewAddresses inDirectory(ToIntFunction<String> open, long byteSize, FileViews views) {
    return files.mapInDirectory(TemporaryDirectories.all(), open, byteSize, views);
  }

  private static int code(VirtMemException failure) {
    return failure.call().map(VirtMemException.Call::code).orElse(0);
  }
}
