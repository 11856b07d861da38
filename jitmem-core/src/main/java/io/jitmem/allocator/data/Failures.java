package io.jitmem.allocator.data;

import org.jspecify.annotations.Nullable;

/** What fails of several things that are all to be tried. */
final class Failures {
  private @Nullable RuntimeException first;

  void gather(Runnable action) {
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

  /** Throws the first failure, if there is one, with the others suppressed in it. */
  void throwFirst() {
    if (first != null) {
      throw first;
    }
  }
}
