package io.jitmem.posix;

import io.jitmem.mapped.PageRun;

/**
 * Takes storage for a file whose file system may run out of it: a hole that cannot be filled when
 * it is first written is SIGBUS.
 */
public interface FileStorage {
  /**
   * Takes storage for the first bytes of a file; answers false if the file must be mapped first.
   */
  boolean take(int fd, long byteSize);

  /** Takes storage for a file for which {@code take} answered false, and that is mapped now. */
  void takeMapped(int fd, PageRun writableView);
}
