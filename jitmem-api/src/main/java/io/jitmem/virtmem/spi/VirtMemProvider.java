package io.jitmem.virtmem.spi;

import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;

/**
 * A backend that can be found by {@link java.util.ServiceLoader}. A provider is cheap to make and
 * to ask: only {@link #open()} may look up native symbols or make native calls.
 */
public interface VirtMemProvider {
  /**
   * The backend's name.
   *
   * @return a short name for a person to read
   */
  String name();

  /**
   * Whether this backend serves a platform. Makes no native call.
   *
   * @param platform the platform in question
   * @return yes, or no with the reason
   */
  Support supports(Platform platform);

  /**
   * This provider's rank among those that serve one platform; the highest is taken, and of equals
   * the one whose name comes first. The backends of this project answer 0, so that any other can be
   * put before or behind them.
   *
   * @return the rank, 0 by default
   */
  default int priority() {
    return 0;
  }

  /**
   * Opens the backend.
   *
   * @return a backend that is safe for use by any number of threads
   * @throws UnsupportedOperationException if the platform is not served or native access is denied
   *     to the backend
   */
  VirtMem open();
}
