package io.jitmem.linux;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;

/** Offers the Linux backend. */
public final class LinuxProvider implements VirtMemProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public LinuxProvider() {}

  @Override
  public String name() {
    return "Linux";
  }

  @Override
  public Support supports(Platform platform) {
    if (!platform.osName().equals("Linux")) {
      return Support.no("this is " + platform.osName() + ", not Linux");
    }
    if (platform.architecture().isEmpty()) {
      return Support.no(
          "the numbers of Linux's system calls on "
              + platform.archName()
              + " are not known here; known are x86-64, AArch64 and RISC-V (64-bit)");
    }
    return Support.yes();
  }

  @Override
  public VirtMem open() {
    Platform platform = Platform.current();
    Support support = supports(platform);
    Architecture architecture = platform.architecture().orElse(null);
    if (!support.supported() || architecture == null) {
      throw new UnsupportedOperationException(support.reason());
    }
    return new LinuxVirtMem(LinuxAbi.of(architecture), new LinuxLinker());
  }
}
