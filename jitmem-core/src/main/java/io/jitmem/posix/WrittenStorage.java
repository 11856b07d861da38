package io.jitmem.posix;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;

/**
 * Storage by {@code posix_fallocate}, or by zeros where a system or a file system lacks that: both
 * answer with an error when there is no room.
 */
public record WrittenStorage(PosixCalls calls) implements FileStorage {
  private static final int PIECE = 64 << 10;

  @Override
  public boolean take(int fd, long byteSize) {
    if (!allocated(fd, byteSize)) {
      long at = 0;
      while (at < byteSize) {
        at += calls.pwriteZeros(fd, Math.min(PIECE, byteSize - at), at);
      }
    }
    return true;
  }

  @Override
  public void take(PageRun writableView) {
    throw new IllegalStateException("the storage of " + writableView + " is taken already");
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
