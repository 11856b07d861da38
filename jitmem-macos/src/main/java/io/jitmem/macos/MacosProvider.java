package io.jitmem.macos;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;
import java.util.Set;

/** Offers the backend for macOS on Intel's processors and Apple's. */
public final class MacosProvider implements VirtMemProvider {
  private static final String OS_NAME = "Mac OS X";
  private static final Set<Architecture> CPUS = Set.of(Architecture.X86_64, Architecture.AARCH64);

  /** Called by {@link java.util.ServiceLoader}. */
  public MacosProvider() {}

  @Override
  public String name() {
    return "macOS";
  }

  @Override
  public Support supports(Platform platform) {
    if (!platform.osName().equals(OS_NAME)) {
      return Support.no("this is " + platform.osName() + ", not macOS");
    }
    if (platform.architecture().filter(CPUS::contains).isEmpty()) {
      return Support.no(
          "macOS does not run on " + platform.archName() + " as far as is known here");
    }
    return Support.yes();
  }

  @Override
  public VirtMem open() {
    return open(Platform.current(), new MacosLinker());
  }

  /**
   * Opens the backend of a platform, with whatever C functions the binder binds.
   *
   * @throws UnsupportedOperationException if the platform is not served
   */
  public static VirtMem open(Platform platform, MacosBinder binder) {
    Support support = new MacosProvider().supports(platform);
    if (!support.supported()) {
      throw new UnsupportedOperationException(support.reason());
    }
    return new MacosVirtMem(platform.architecture().orElseThrow(), binder);
  }
}
