package io.jitmem.observe.unwind;

import org.jspecify.annotations.Nullable;

/** The first failure of several actions, which are all taken; the others are suppressed in it. */
final class Failures {
  private @Nullable RuntimeException first;

  void run(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException failure) {
      if (first == null) {
        first = failure;
      } else {
        first.addSuppressed(failure);
      }
    }
  }

  void rethrow() {
    if (first != null) {
      throw first;
    }
  }
}
