package io.jitmem.observe.unwind;

import io.jitmem.observe.PublishedCode;
import java.util.Optional;

/** Who is told of code. Not thread-safe. */
interface Unwinder {
  /** What one piece of code was registered with. */
  @FunctionalInterface
  interface Registration {
    /** Takes it back, once. */
    void remove();
  }

  /**
   * Registers code; empty if there is nothing to say of it.
   *
   * @throws IllegalArgumentException if what is described with it is wrong
   */
  Optional<Registration> register(PublishedCode code);

  /** Gives back what registrations share, once they are removed. */
  default void close() {}
}
