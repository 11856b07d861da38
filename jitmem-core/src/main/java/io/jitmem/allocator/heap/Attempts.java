package io.jitmem.allocator.heap;

import org.jspecify.annotations.Nullable;

/** Things of which each is tried, though others fail. */
final class Attempts {
  private @Nullable RuntimeException first;

  void make(Runnable attempt) {
    try {
      attempt.run();
    } catch (RuntimeException failure) {
      if (first == null) {
        first = failure;
      } else {
        first.addSuppressed(failure);
      }
    }
  }

  /** Throws what the first failure has thrown, with the others in it. */
  void requireSuccess() {
    if (first != null) {
      throw first;
    }
  }
}
