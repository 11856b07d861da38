package io.jitmem.posix;

/**
 * Takes storage for a file whose file system may run out of it: a hole that cannot be filled when
 * it is first written is SIGBUS.
 */
public interface FileStorage {
  /** Takes storage for the first bytes of a file; answers false if that cannot be done so. */
  boolean take(int fd, long byteSize);

  /** Takes storage through the writable view of a file for which {@code take} answered false. */
  void take(PageRun writableView);
}
