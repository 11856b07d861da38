package io.jitmem.virtmem;

import java.util.Objects;
import java.util.Optional;

/**
 * An operating system and a CPU, by the names that Java gives them.
 *
 * @param osName as in the system property {@code os.name}, never empty
 * @param archName as in the system property {@code os.arch}, never empty
 */
public record Platform(String osName, String archName) {
  /**
   * Checks the names.
   *
   * @throws IllegalArgumentException if a name is empty
   */
  public Platform {
    Objects.requireNonNull(osName, "osName");
    Objects.requireNonNull(archName, "archName");
    if (osName.isEmpty() || archName.isEmpty()) {
      throw new IllegalArgumentException(
          "a platform has two names, not '" + osName + "' and '" + archName + "'");
    }
  }

  /**
   * The platform that this JVM runs on.
   *
   * @return the values of {@code os.name} and {@code os.arch}
   */
  public static Platform current() {
    return new Platform(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /**
   * The instruction set.
   *
   * @return the architecture, or empty for one that jitmem does not know
   */
  public Optional<Architecture> architecture() {
    return Architecture.of(archName);
  }

  @Override
  public String toString() {
    return osName + " on " + archName;
  }
}
