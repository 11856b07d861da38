package io.jitmem.linux;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.Access;
import io.jitmem.posix.DualViews;
import io.jitmem.posix.FileViews;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;

/**
 * Maps a file twice, each time where huge pages fit if they do. {@code flags} are mmap's beside
 * MAP_SHARED.
 */
record PlacedViews(PosixCalls posix, TransparentHugePages hugePages, int flags)
    implements FileViews {
  @Override
  public ViewAddresses map(int fd, long byteSize) {
    long rx = map(fd, byteSize, DualViews.EXECUTABLE);
    try {
      return new ViewAddresses(rx, map(fd, byteSize, DualViews.WRITABLE));
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(rx, byteSize));
      throw failure;
    }
  }

  private long map(int fd, long byteSize, Access access) {
    boolean explicit = (flags & LinuxAbi.MAP_HUGETLB) != 0;
    long hint = explicit ? 0 : hugePages.hint(byteSize);
    return posix.mmap(hint, byteSize, access, Posix.MAP_SHARED | flags, fd);
  }

  @Override
  public void takeBack(ViewAddresses views, long byteSize, RuntimeException failure) {
    Undo.after(failure, () -> posix.munmap(views.rx(), byteSize));
    Undo.after(failure, () -> posix.munmap(views.rw(), byteSize));
  }
}
