package io.jitmem.nativecall;

/** Taking back the first steps of an operation whose later step failed. */
public final class Undo {
  private Undo() {}

  /** Runs a step back; what it throws is suppressed in the failure that made it necessary. */
  public static void after(Throwable failure, Runnable stepBack) {
    try {
      stepBack.run();
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }
}
