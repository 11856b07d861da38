package io.jitmem.posix;

/** Maps a file twice, where the system likes. */
public final class DualViews implements FileViews {
  /** The addresses of two views of the same bytes, or of the only one. */
  public record Addresses(long rx, long rw) {
    boolean isSingle() {
      return rx == rw;
    }
  }

  private final PosixCalls calls;

  /** Views mapped by the calls of a system. */
  public DualViews(PosixCalls calls) {
    this.calls = calls;
  }

  @Override
  public Addresses map(int fd, long byteSize) {
    long rx = calls.mmap(byteSize, Posix.PROT_READ | Posix.PROT_EXEC, Posix.MAP_SHARED, fd);
    try {
      long rw = calls.mmap(byteSize, Posix.PROT_READ | Posix.PROT_WRITE, Posix.MAP_SHARED, fd);
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
