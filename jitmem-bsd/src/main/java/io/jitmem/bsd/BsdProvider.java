package io.jitmem.bsd;

import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;
import java.util.Set;

/** Answers for BSD, for which there is no backend yet. */
public final class BsdProvider implements VirtMemProvider {
  private static final Set<String> SYSTEMS = Set.of("FreeBSD", "NetBSD", "OpenBSD", "DragonFly");

  /** Called by {@link java.util.ServiceLoader}. */
  public BsdProvider() {}

  @Override
  public String name() {
    return "BSD";
  }

  @Override
  public Support supports(Platform platform) {
    return SYSTEMS.contains(platform.osName())
        ? Support.no("the backend for " + platform.osName() + " is not written yet")
        : Support.no("this is " + platform.osName() + ", not a BSD");
  }

  @Override
  public VirtMem open() {
    throw new UnsupportedOperationException(supports(Platform.current()).reason());
  }
}
