package io.jitmem.tool.top;

import java.util.concurrent.atomic.AtomicBoolean;

/** Does something once: when it is closed, or when the process is ended by a signal before. */
final class AtExit implements AutoCloseable {
  private final Runnable action;
  private final AtomicBoolean done = new AtomicBoolean();
  private final Thread hook = new Thread(this::act, "jitmem top: exit");

  /** From now on the action will be done. */
  AtExit(Runnable action) {
    this.action = action;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void act() {
    if (done.compareAndSet(false, true)) {
      action.run();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      // The hook runs already, or will.
    }
    act();
  }
}
