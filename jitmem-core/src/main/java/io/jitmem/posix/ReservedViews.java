package io.jitmem.posix;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;

/** Maps a file twice, in the place of two ranges of reserved address space. */
public final class ReservedViews implements FileViews {
  private final PosixCalls calls;
  private final ReservedSpace space;
  private final ViewAddresses place;

  /** Views mapped by the calls of a system over reserved ranges. */
  public ReservedViews(PosixCalls calls, ViewAddresses place) {
    this.calls = calls;
    this.place = place;
    space = new ReservedSpace(calls);
  }

  @Override
  public ViewAddresses map(int fd, long byteSize) {
    int flags = Posix.MAP_SHARED | Posix.MAP_FIXED;
    try {
      calls.mmap(place.rx(), byteSize, DualViews.EXECUTABLE, flags, fd);
      calls.mmap(place.rw(), byteSize, DualViews.WRITABLE, flags, fd);
      return place;
    } catch (RuntimeException failure) {
      takeBack(place, byteSize, failure);
      throw failure;
    }
  }

  /**
   * Reserves both ranges again, mapped or not: a fixed mmap that fails may have unmapped what was
   * there, and nobody else must be given that address space.
   */
  @Override
  public void takeBack(ViewAddresses views, long byteSize, RuntimeException failure) {
    Undo.after(failure, () -> space.over(views.rx(), byteSize));
    Undo.after(failure, () -> space.over(views.rw(), byteSize));
  }
}
