package io.jitmem.runtime;

import io.jitmem.runtime.guard.CallGuard;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The life of what was added together, from then until its memory is given back: open, then closed,
 * then <em>idle</em> when no guarded call is inside, then given back. Code that never had a guarded
 * handle is idle as soon as it is closed. Thread-safe.
 *
 * <p>Neither functions nor handles are reachable from here, so that a set of these does not keep
 * them.
 *
 * <p>{@code guard} and {@code stake} are guarded by the monitor. {@code closed} is written under
 * it. Whoever sets {@code claimed} gives the memory back.
 */
final class CodeLifetime implements CallGuard.Owner {
  private final LiveCode live;
  private final CodeMemory memory;
  private final @Nullable JitScope scope;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private volatile boolean closed;
  private @Nullable CallGuard guard;
  private int stake;

  CodeLifetime(LiveCode live, CodeMemory memory, @Nullable JitScope scope) {
    this.live = live;
    this.memory = memory;
    this.scope = scope;
  }

  void requireOpen() {
    if (closed || live.isClosed()) {
      throw refusal();
    }
  }

  /** The guard for calls of this code, the same for all its functions. */
  CallGuard guard() {
    CallGuard ours = makeGuard();
    // The runtime may have been closed before it could know of this guard.
    if (live.isClosed()) {
      close();
      throw refusal();
    }
    return ours;
  }

  private synchronized CallGuard makeGuard() {
    requireOpen();
    CallGuard ours = guard;
    if (ours == null) {
      stake = live.enter(this);
      ours = new CallGuard(this);
      guard = ours;
    }
    return ours;
  }

  /** Refuses guarded calls, and gives the memory back now or when the last of them has left. */
  void close() {
    if (refuseCalls()) {
      live.giveBack(this);
    }
  }

  /** Closes what nobody can call any more. The thread has no caller to throw to. */
  void closeUnreachable() {
    try {
      close();
    } catch (RuntimeException failure) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
    }
  }

  /** Refuses guarded calls from now on, and tells whether this is idle. */
  synchronized boolean refuseCalls() {
    closed = true;
    return guard == null || guard.close();
  }

  @Override
  public void lastCallLeft() {
    live.giveBack(this);
  }

  @Override
  public IllegalStateException refusal() {
    return new IllegalStateException(
        live.isClosed()
            ? "the runtime of the code in " + memory + " is closed"
            : "the code in " + memory + " is closed");
  }

  /** Whether the caller is to give the memory back, and nobody else. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** Lets another try to give the memory back. */
  void unclaim() {
    claimed.set(false);
  }

  /** Whether a core may execute this code until it is synchronised, for all that is known. */
  synchronized boolean isGuarded() {
    return guard != null;
  }

  CodeMemory memory() {
    return memory;
  }

  /** Called when the memory has gone. */
  void end() {
    if (scope != null) {
      scope.forget(this);
    }
    if (isGuarded()) {
      live.leave(this, stake);
    }
  }

  @Override
  public String toString() {
    return memory + (closed || live.isClosed() ? ", closed" : "");
  }
}
