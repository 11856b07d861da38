package io.jitmem.posix;

import io.jitmem.mapped.ViewAddresses;

/** A way to map a file twice. */
public interface FileViews {
  /** Maps the first bytes of a file to execute and to write. The descriptor stays open. */
  ViewAddresses map(int fd, long byteSize);

  /** Undoes a mapping because a later step failed; what that throws is suppressed in it. */
  void takeBack(ViewAddresses views, long byteSize, RuntimeException failure);
}
