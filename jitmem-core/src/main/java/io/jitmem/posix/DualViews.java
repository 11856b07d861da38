package io.jitmem.posix;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;

/** Maps a file twice, where the system likes. */
public final class DualViews implements FileViews {
  /** The view to execute, which never becomes writable where the system sees to it. */
  public static final Access EXECUTABLE = Access.fixed(Posix.PROT_READ | Posix.PROT_EXEC);

  /** The view to write, which never becomes executable where the system sees to it. */
  public static final Access WRITABLE = Access.fixed(Posix.PROT_READ | Posix.PROT_WRITE);

  private final PosixCalls calls;
  private final int flags;

  /** Views mapped by the calls of a system, in the way that further flags of mmap say. */
  public DualViews(PosixCalls calls, int furtherFlags) {
    this.calls = calls;
    flags = Posix.MAP_SHARED | furtherFlags;
  }

  @Override
  public ViewAddresses map(int fd, long byteSize) {
    long rx = calls.mmap(0, byteSize, EXECUTABLE, flags, fd);
    try {
      long rw = calls.mmap(0, byteSize, WRITABLE, flags, fd);
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
