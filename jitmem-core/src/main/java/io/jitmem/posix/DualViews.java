package io.jitmem.posix;

/** Maps a file twice, where the system likes. */
public final class DualViews implements FileViews {
  /** The addresses of two views of the same bytes, or of the only one. */
  public record Addresses(long rx, long rw) {
    boolean isSingle() {
      return rx == rw;
    }
  }

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
  public Addresses map(int fd, long byteSize) {
    long rx = calls.mmap(0, byteSize, EXECUTABLE, flags, fd);
    try {
      long rw = calls.mmap(0, byteSize, WRITABLE, flags, fd);
      return new Addresses(rx, rw);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> calls.munmap(rx, byteSize));
      throw failure;
    }
  }

  @Override
  public void takeBack(Addresses views, long byteSize, RuntimeException failure) {
    Undo.after(failure, () -> calls.munmap(views.rx(), byteSize));
    Undo.after(failure, () -> calls.munmap(views.rw(), byteSize));
  }
}
