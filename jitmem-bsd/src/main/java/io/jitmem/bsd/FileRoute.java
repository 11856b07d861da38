package io.jitmem.bsd;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.posix.BackingFiles;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.DualViews;
import io.jitmem.posix.FileMapper;
import io.jitmem.posix.FileViews;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.ReservedViews;
import io.jitmem.posix.TemporaryDirectories;
import io.jitmem.posix.WrittenStorage;
import io.jitmem.virtmem.MappingOptions;
import java.util.function.LongToIntFunction;
import java.util.function.ToIntFunction;

/**
 * A file that is mapped twice.
 *
 * @param open opens it
 * @param mayBeFull whether it lies in a file system that may run out of storage
 * @param alignment further flags of mmap for a size
 */
record FileRoute(
    String mechanism,
    PosixCalls posix,
    ToIntFunction<MappingOptions> open,
    boolean mayBeFull,
    LongToIntFunction alignment)
    implements DualRoute {
  private static final String DEFAULT_NAME = "jitmem";

  /** A file in memory without a name, of memfd_create. */
  static DualRoute memfd(BsdKernel kernel, int flags, LongToIntFunction alignment) {
    ToIntFunction<MappingOptions> open =
        options -> kernel.own().memfdCreate(options.name().orElse(DEFAULT_NAME), flags);
    return new FileRoute("memfd_create", kernel.posix(), open, false, alignment);
  }

  /** A POSIX shared memory object in a file system, unlinked at once. */
  static DualRoute sharedMemory(BsdKernel kernel) {
    // Every one of them closes it when a program is executed, and some take no flag for that.
    BackingFiles files = new BackingFiles(kernel.posix(), 0);
    return new FileRoute(
        "shm_open", kernel.posix(), options -> files.sharedMemory(), true, byteSize -> 0);
  }

  /** A file in a directory for temporary files, unlinked at once. */
  static DualRoute temporaryFile(BsdKernel kernel) {
    return new TemporaryFile(kernel.posix());
  }

  @Override
  public ViewAddresses map(long byteSize, MappingOptions options) {
    return map(byteSize, options, new DualViews(posix, alignment.applyAsInt(byteSize)));
  }

  @Override
  public void mapAt(ViewAddresses place, long byteSize) {
    map(byteSize, MappingOptions.NONE, new ReservedViews(posix, place));
  }

  private ViewAddresses map(long byteSize, MappingOptions options, FileViews views) {
    return files(posix).map(() -> open.applyAsInt(options), byteSize, mayBeFull, views);
  }

  private static FileMapper files(PosixCalls posix) {
    return new FileMapper(posix, new WrittenStorage(posix));
  }

  private record TemporaryFile(PosixCalls posix) implements DualRoute {
    @Override
    public String mechanism() {
      return "temporary file";
    }

    @Override
    public boolean isTemporaryFile() {
      return true;
    }

    @Override
    public ViewAddresses map(long byteSize, MappingOptions options) {
      return map(byteSize, new DualViews(posix, 0));
    }

    @Override
    public void mapAt(ViewAddresses place, long byteSize) {
      map(byteSize, new ReservedViews(posix, place));
    }

    private ViewAddresses map(long byteSize, FileViews views) {
      BackingFiles opened = new BackingFiles(posix);
      return files(posix)
          .mapInDirectory(TemporaryDirectories.all(), opened::temporaryFile, byteSize, views);
    }
  }
}
