package io.jitmem.bsd;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Platform;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.spi.Support;
import io.jitmem.virtmem.spi.VirtMemProvider;
import java.util.Optional;
import java.util.Set;

/** Offers the backends for FreeBSD, NetBSD, OpenBSD and DragonFly. */
public final class BsdProvider implements VirtMemProvider {
  /** Called by {@link java.util.ServiceLoader}. */
  public BsdProvider() {}

  @Override
  public String name() {
    return "BSD";
  }

  @Override
  public Support supports(Platform platform) {
    Optional<BsdSystem> system = system(platform);
    if (system.isEmpty()) {
      return Support.no("this is " + platform.osName() + ", not a BSD");
    }
    if (platform.architecture().filter(cpus(system.get())::contains).isEmpty()) {
      return Support.no(
          platform.osName()
              + "'s way to make code visible on "
              + platform.archName()
              + " is not known here; known is it for "
              + cpus(system.get()));
    }
    return Support.yes();
  }

  @Override
  public VirtMem open() {
    return open(Platform.current(), new BsdLinker());
  }

  /**
   * Opens the backend of a platform, with whatever C functions the binder binds.
   *
   * @throws UnsupportedOperationException if the platform is not served
   */
  public static VirtMem open(Platform platform, NativeBinder binder) {
    Support support = new BsdProvider().supports(platform);
    if (!support.supported()) {
      throw new UnsupportedOperationException(support.reason());
    }
    return new BsdVirtMem(
        system(platform).orElseThrow(), platform.architecture().orElseThrow(), binder);
  }

  private static Optional<BsdSystem> system(Platform platform) {
    // The names are constants, so on any other system none of the classes is loaded.
    return switch (platform.osName()) {
      case FreeBsd.NAME -> Optional.of(new FreeBsd());
      case NetBsd.NAME -> Optional.of(new NetBsd());
      case OpenBsd.NAME -> Optional.of(new OpenBsd());
      case DragonFly.NAME -> Optional.of(new DragonFly());
      default -> Optional.empty();
    };
  }

  /** On RISC-V the compiler's own call for it ends the process on FreeBSD and NetBSD. */
  private static Set<Architecture> cpus(BsdSystem system) {
    return system instanceof DragonFly
        ? Set.of(Architecture.X86_64)
        : Set.of(Architecture.X86_64, Architecture.AARCH64);
  }
}
