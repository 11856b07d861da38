package io.jitmem.tool;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The version of jitmem that is running. */
final class Version {
  private Version() {}

  /** What the module or the jar says, or {@code development} if neither says anything. */
  static String current() {
    // On the class path there is no descriptor, and on the module path no one reads the manifest.
    ModuleDescriptor descriptor = Version.class.getModule().getDescriptor();
    Optional<String> ofModule = descriptor == null ? Optional.empty() : descriptor.rawVersion();
    return ofModule.orElseGet(Version::ofJar);
  }

  private static String ofJar() {
    @Nullable String ofJar = Version.class.getPackage().getImplementationVersion();
    return ofJar == null ? "development" : ofJar;
  }
}
