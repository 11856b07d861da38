package io.jitmem.linux;

import io.jitmem.mapped.PageRun;
import io.jitmem.posix.FileStorage;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;

/**
 * Storage by {@code posix_fallocate}; where the file system cannot, glibc writes to the file, and
 * musl refuses: then the pages are populated once they are mapped.
 */
record AllocatedStorage(PosixCalls posix, PagePopulation population) implements FileStorage {
  @Override
  public boolean take(int fd, long byteSize) {
    try {
      posix.posixFallocate(fd, byteSize);
      return true;
    } catch (VirtMemException refused) {
      if (refused.kind() == Kind.NOT_SUPPORTED) {
        return false;
      }
      throw refused;
    }
  }

  @Override
  public void takeMapped(int fd, PageRun writableView) {
    population.populate(writableView);
  }
}
