package io.jitmem.windows;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The units of this system. Both fields are found out on first use and written without a lock:
 * racing threads find the same.
 */
final class WindowsSystem {
  private static final long UNKNOWN = -1;

  private final ProcessCalls process;
  private volatile ProcessCalls.@Nullable SystemInfo info;
  private volatile long largePageByteSize = UNKNOWN;

  WindowsSystem(ProcessCalls process) {
    this.process = process;
  }

  ProcessCalls.SystemInfo info() {
    ProcessCalls.SystemInfo known = info;
    if (known == null) {
      known = process.systemInfo();
      info = known;
    }
    return known;
  }

  /** The size of a large page, or 0 where there are none. */
  long largePageByteSize() {
    long known = largePageByteSize;
    if (known == UNKNOWN) {
      known = process.largePageMinimum();
      largePageByteSize = known;
    }
    return known;
  }

  /** Windows calls a size beyond all addresses a wrong parameter; it is a lack of them. */
  void requireAddresses(long byteSize) {
    long addresses = info().highestAddress() - info().lowestAddress() + 1;
    if (byteSize > addresses) {
      throw new VirtMemException(
          Kind.OUT_OF_MEMORY,
          byteSize + " bytes are more than the " + addresses + " that a process has addresses for");
    }
  }
}
