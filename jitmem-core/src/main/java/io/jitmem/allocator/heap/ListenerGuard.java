package io.jitmem.allocator.heap;

import io.jitmem.observe.CodeListener;
import io.jitmem.observe.CodeRange;
import io.jitmem.observe.PublishedCode;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps what a listener throws away from the thread that publishes or releases. Errors of the VM
 * are no exception: memory whose release was cut short by one would never be used again.
 */
final class ListenerGuard implements CodeListener {
  private final CodeListener listener;
  private final AtomicBoolean failed = new AtomicBoolean();

  ListenerGuard(CodeListener listener) {
    this.listener = listener;
  }

  @Override
  public void published(PublishedCode code) {
    try {
      listener.published(code);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  @Override
  public void released(CodeRange range) {
    try {
      listener.released(range);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  @Override
  public void quarantined(CodeRange range) {
    try {
      listener.quarantined(range);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  @Override
  public void reset(CodeRange block) {
    try {
      listener.reset(block);
    } catch (Throwable failure) {
      report(failure);
    }
  }

  /** The first failure alone, since one that fails always would drown everything else. */
  private void report(Throwable failure) {
    if (failed.compareAndSet(false, true)) {
      Thread thread = Thread.currentThread();
      try {
        thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
      } catch (Throwable ignored) {
        // As the JVM does with a handler that fails: nobody is left to be told.
      }
    }
  }
}
