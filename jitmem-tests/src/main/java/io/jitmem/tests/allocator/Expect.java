package io.jitmem.tests.allocator;

import java.util.function.Supplier;

/** What is asked of an allocator millions of times, so that it must cost nothing when it holds. */
final class Expect {
  private Expect() {}

  static void require(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }

  /** Something is refused by an exception of a kind; another one is passed on. */
  static void requireRefusal(Class<? extends RuntimeException> kind, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException refused) {
      if (kind.isInstance(refused)) {
        return;
      }
      throw refused;
    }
    throw new AssertionError("something that is refused by " + kind.getSimpleName() + " was done");
  }

  static long roundUp(long size, long unit) {
    return (size + unit - 1) / unit * unit;
  }
}
