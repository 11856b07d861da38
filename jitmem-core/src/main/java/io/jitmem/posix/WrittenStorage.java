package io.jitmem.posix;

import io.jitmem.mapped.PageRun;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;

/**
 * Storage by {@code posix_fallocate}, or by zeros where a system or a file system lacks that: both
 * answer with an error when there is no room. The file is mapped before, so that a size which no
 * address space has does not first fill a file system.
 */
public record WrittenStorage(PosixCalls calls) implements FileStorage {
  private static final int PIECE = 64 << 10;

  @Override
  public boolean take(int fd, long byteSize) {
    return false;
  }

  @Override
  public void takeMapped(int fd, PageRun writableView) {
    if (!allocated(fd, writableView.byteSize())) {
      long end = writableView.byteSize();
      for (long at = 0; at < end; ) {
        at += calls.pwriteZeros(fd, Math.min(PIECE, end - at), at);
      }
    }
  }

  /** ZFS answers EINVAL, others EOPNOTSUPP; not every C library has the function. */
  private boolean allocated(int fd, long byteSize) {
    try {
      calls.posixFallocate(fd, byteSize);
      return true;
    } catch (UnsupportedOperationException missing) {
      return false;
    } catch (VirtMemException refused) {
      if (refused.kind() == Kind.NOT_SUPPORTED || refused.kind() == Kind.INVALID_ARGUMENT) {
        return false;
      }
      throw refused;
    }
  }
}
