package io.jitmem.observe.perf;

import io.jitmem.observe.CodeListener;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the user of a program asks for: the system property {@code jitmem.perf}, or else the
 * environment variable {@code JITMEM_PERF}, is {@code map} or {@code jitdump}.
 */
public final class PerfSettings {
  private static @Nullable CodeListener shared;

  private PerfSettings() {}

  /**
   * Opens the listener that is asked for, once for all allocators; it stays open until the JVM
   * ends.
   *
   * @return always the same; empty if nothing is asked for
   * @throws IllegalArgumentException as {@link #open()}
   * @throws java.io.UncheckedIOException as {@link #open()}
   * @throws UnsupportedOperationException as {@link #open()}
   * @throws io.jitmem.virtmem.VirtMemException as {@link #open()}
   */
  public static synchronized Optional<CodeListener> shared() {
    if (shared == null) {
      shared = open().orElse(null);
    }
    return Optional.ofNullable(shared);
  }

  /**
   * Opens the listener that is asked for.
   *
   * @return a {@link PerfMap} or {@link Jitdump}; empty if nothing is asked for
   * @throws IllegalArgumentException if it is something else
   * @throws java.io.UncheckedIOException if the file cannot be opened
   * @throws UnsupportedOperationException if this system has no jitdump
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses one
   */
  public static Optional<CodeListener> open() {
    String property = System.getProperty("jitmem.perf");
    return property != null
        ? open("the system property jitmem.perf", property)
        : open("the environment variable JITMEM_PERF", System.getenv("JITMEM_PERF"));
  }

  private static Optional<CodeListener> open(String where, @Nullable String value) {
    return switch (value) {
      case null -> Optional.empty();
      case "" -> Optional.empty();
      case "map" -> Optional.of(PerfMap.open());
      case "jitdump" -> Optional.of(Jitdump.open());
      default ->
          throw new IllegalArgumentException(
              where + " is '" + value + "'; it can be 'map' or 'jitdump'");
    };
  }
}
