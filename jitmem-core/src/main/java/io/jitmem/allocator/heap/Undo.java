package io.jitmem.allocator.heap;

/** Takes back what was done before a failure. */
public final class Undo {
  private Undo() {}

  /** Does something because of a failure; what that throws is suppressed in it. */
  public static void after(RuntimeException failure, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }
}
