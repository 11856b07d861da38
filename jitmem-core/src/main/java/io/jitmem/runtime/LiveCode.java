package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.data.DataMemory;
import io.jitmem.runtime.guard.CallGuard;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The code of one runtime: gives its memory back, piece by piece, and all of it when the runtime is
 * closed. Thread-safe.
 *
 * <p>The allocator is closed as code is: what has a guard of its own is counted in by one for all,
 * and whoever takes the last of it away, which is the one who closes the runtime unless calls are
 * running, closes the allocator, and the memory of data with it.
 *
 * <p>{@code closed} is written under the monitor. {@code users} and {@code data} are guarded by it,
 * and made when they are first needed: programs without guarded calls or data need not wait for
 * them when they start.
 */
final class LiveCode implements CallGuard.Owner {
  private final JitAllocator allocator;
  private final Set<CodeLifetime> guarded = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private @Nullable DataMemory data;
  private @Nullable CallGuard users;

  LiveCode(JitAllocator allocator) {
    this.allocator = allocator;
  }

  JitAllocator allocator() {
    return allocator;
  }

  /**
   * Where data of code is put.
   *
   * @throws IllegalStateException if the runtime is closed
   */
  synchronized DataMemory data() {
    requireOpen();
    DataMemory ours = data;
    if (ours == null) {
      ours = new DataMemory(allocator.virtMem());
      data = ours;
    }
    return ours;
  }

  private void closeMemory() {
    RuntimeException failure = null;
    try {
      allocator.close();
    } catch (RuntimeException refused) {
      failure = refused;
    }
    closeData(failure);
    if (failure != null) {
      throw failure;
    }
  }

  private synchronized void closeData(@Nullable RuntimeException failure) {
    if (data == null) {
      return;
    }
    try {
      data.close();
    } catch (RuntimeException refused) {
      if (failure == null) {
        throw refused;
      }
      failure.addSuppressed(refused);
    }
  }

  /** Whether the runtime is closed, or its allocator without it. */
  boolean isClosed() {
    return closed || allocator.isClosed();
  }

  void requireOpen() {
    if (isClosed()) {
      throw refusal();
    }
  }

  /**
   * Takes code in that gets a guard: the allocator stays open until {@link #leave}.
   *
   * @return what to leave by
   */
  int enter(CodeLifetime code) {
    int stake = users().enter();
    guarded.add(code);
    return stake;
  }

  void leave(CodeLifetime code, int stake) {
    guarded.remove(code);
    users().leave(stake);
  }

  /** Once the runtime is closed, only those who are in there already come here. */
  private synchronized CallGuard users() {
    CallGuard all = users;
    if (all == null) {
      requireOpen();
      all = new CallGuard(this);
      users = all;
    }
    return all;
  }

  private synchronized @Nullable CallGuard refuseUsers() {
    closed = true;
    return users;
  }

  void giveBack(CodeLifetime idle) {
    giveBack(List.of(idle));
  }

  /**
   * Gives the memory of idle code back, but what another thread is giving back. If any of it had
   * guarded calls, all cores are synchronised first, once.
   *
   * @throws IllegalStateException if memory was released by somebody else; it may be tried again
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses
   */
  void giveBack(Collection<CodeLifetime> idle) {
    List<CodeLifetime> mine = new ArrayList<>(idle.size());
    boolean guardedCalls = false;
    for (CodeLifetime code : idle) {
      if (code.claim()) {
        mine.add(code);
        guardedCalls |= code.isGuarded();
      }
    }
    if (guardedCalls && !isClosed()) {
      synchronizeCores(mine);
    }
    RuntimeException failure = null;
    for (CodeLifetime code : mine) {
      failure = giveBackClaimed(code, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void synchronizeCores(List<CodeLifetime> claimed) {
    try {
      allocator.virtMem().synchronizeCores();
    } catch (RuntimeException refused) {
      claimed.forEach(CodeLifetime::unclaim);
      throw refused;
    }
  }

  private @Nullable RuntimeException giveBackClaimed(
      CodeLifetime code, @Nullable RuntimeException before) {
    try {
      release(code);
      return before;
    } catch (RuntimeException failure) {
      if (before == null) {
        return failure;
      }
      before.addSuppressed(failure);
      return before;
    }
  }

  /** What is left when the runtime is closed goes with the allocator. */
  private void release(CodeLifetime code) {
    boolean gone = true;
    try {
      if (!isClosed()) {
        code.memory().release();
      }
    } catch (IllegalStateException notNow) {
      gone = isClosed();
      if (!gone) {
        code.unclaim();
        throw notNow;
      }
    } finally {
      if (gone) {
        code.end();
      }
    }
  }

  /**
   * Refuses calls of everything, and closes the allocator unless calls are running. A second time
   * tries again what the first could not.
   */
  void close() {
    CallGuard all = refuseUsers();
    List<CodeLifetime> idle = new ArrayList<>();
    for (CodeLifetime code : guarded) {
      if (code.refuseCalls()) {
        idle.add(code);
      }
    }
    giveBack(idle);
    if (all == null || all.close()) {
      closeMemory();
    }
  }

  @Override
  public void lastCallLeft() {
    closeMemory();
  }

  @Override
  public IllegalStateException refusal() {
    return new IllegalStateException("the runtime is closed");
  }
}
