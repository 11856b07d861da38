package io.jitmem.posix;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;

/** Maps a file twice, where the system likes. */
public final class DualViews implements FileViews {
  private final PosixCalls calls;

  /** Views mapped by the calls of a system. */
  public DualViews(PosixCalls calls) {
    this.calls = calls;
  }

  @Override
  public ViewAddresses map(int fd, long byteSize) {
    long rx = calls.mmap(byteSize, Posix.PROT_READ | Posix.PROT_EXEC, Posix.MAP_SHARED, fd);
    try {
      long rw = calls.mmap(byteSize, Posix.PROT_READ | Posix.PROT_WRITE, Posix.MAP_SHARED, fd);
      return new ViewAddresses(rx, rw);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.munmap(rx, byteSize));
      throw failure;
    }
  }

  @Override
  public void takeBack(ViewAddresses views, long byteSize, RuntimeException failure) {
    Undo.after(failure, () -> calls.munmap(views.rx(), byteSize));
    Undo.after(failure, () -> calls.munmap(views.rw(), byteSize));
  }
}
