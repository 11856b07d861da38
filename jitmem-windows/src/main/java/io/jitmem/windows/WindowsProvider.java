package io.jitmem.windows;

import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;

/** Answers for Windows, for which there is no backend yet. */
public final class WindowsProvider implements VirtMemProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public WindowsProvider() {}

  @Override
  public String name() {
    return "Windows";
  }

  @Override
  public Support supports(Platform platform) {
    return platform.osName().startsWith("Windows")
        ? Support.no("the backend for " + platform.osName() + " is not written yet")
        : Support.no("this is " + platform.osName() + ", not Windows");
  }

  @Override
  public VirtMem open() {
    throw new UnsupportedOperationException(supports(Platform.current()).reason());
  }
}
