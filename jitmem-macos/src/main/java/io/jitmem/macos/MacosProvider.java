package io.jitmem.macos;

import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;

/** Answers for macOS, for which there is no backend yet. */
public final class MacosProvider implements VirtMemProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public MacosProvider() {}

  @Override
  public String name() {
    return "macOS";
  }

  @Override
  public Support supports(Platform platform) {
    return platform.osName().equals("Mac OS X")
        ? Support.no("the backend for " + platform.osName() + " is not written yet")
        : Support.no("this is " + platform.osName() + ", not macOS");
  }

  @Override
  public VirtMem open() {
    throw new UnsupportedOperationException(supports(Platform.current()).reason());
  }
}
