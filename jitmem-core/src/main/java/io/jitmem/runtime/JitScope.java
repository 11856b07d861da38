package io.jitmem.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Functions that are closed together. Thread-safe.
 *
 * <p>What is added through {@link JitRuntime#scope()} lives until the scope or the function is
 * closed. What is added through {@link JitRuntime#automaticScope()} is closed, besides, when
 * neither the function nor one of its handles is reachable and none of its handles runs: each
 * function by itself, some time after a garbage collection has found it. An <em>address</em> keeps
 * nothing alive.
 */
public final class JitScope extends JitLoader {
  private final LiveCode live;
  private final CodeLoader loader;
  private final Set<CodeLifetime> members = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  JitScope(LiveCode live, boolean automatic) {
    this.live = live;
    loader = new CodeLoader(live, this, automatic);
  }

  @Override
  CodeLoader loader() {
    return loader;
  }

  /**
   * Closes every function that was added through this scope, as {@link JitFunction#close()}, with
   * one synchronisation of the cores for all. Cost is linear in their number. Closing a second
   * time, or after the runtime, does nothing but try again what could not be done.
   *
   * @throws IllegalStateException if a function's memory was released through the runtime's
   *     allocator; everything is closed all the same
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take memory back;
   *     everything is closed all the same
   */
  @Override
  public void close() {
    closed = true;
    List<CodeLifetime> idle = new ArrayList<>();
    for (CodeLifetime member : members) {
      if (member.refuseCalls()) {
        idle.add(member);
      }
    }
    live.giveBack(idle);
  }

  /** A scope that is closed meanwhile may not find the new member, which is refused then. */
  void adopt(CodeLifetime lifetime) {
    members.add(lifetime);
    requireOpen();
  }

  void forget(CodeLifetime lifetime) {
    members.remove(lifetime);
  }

  @Override
  public String toString() {
    return "JitScope[" + members.size() + " functions" + (closed ? ", closed]" : "]");
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }
}
