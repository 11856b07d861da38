package com.example.arena;

import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;

/** Offers {@link ArenaVirtMem} where no backend of the system is there. */
public final class ArenaProvider implements VirtMemProvider {
  /** For {@link java.util.ServiceLoader}. */
  public ArenaProvider() {}

  @Override
  public String name() {
    return "Arena";
  }

  @Override
  public Support supports(Platform platform) {
    return Support.yes();
  }

  /** Behind every real one. */
  @Override
  public int priority() {
    return -100;
  }

  @Override
  public VirtMem open() {
    return new ArenaVirtMem();
  }
}
