package io.jitmem.tests.simulated;

import io.jitmem.tests.simulated.books.Page;
import java.util.HashSet;
import java.util.Set;

/**
 * The write switch of each thread. A thread whose switch is on can write memory that is under it,
 * and cannot execute such memory; with the switch off it is the other way round. Not thread-safe.
 */
final class JitSwitch {
  private final Set<Thread> writing = new HashSet<>();

  void turn(boolean on) {
    if (on) {
      writing.add(Thread.currentThread());
    } else {
      writing.remove(Thread.currentThread());
    }
  }

  boolean isOn() {
    return writing.contains(Thread.currentThread());
  }

  boolean isOnAnywhere() {
    return !writing.isEmpty();
  }

  boolean allowsWrite(Page page) {
    return page.protection().writable() && (!page.jit() || isOn());
  }

  boolean allowsExecution(Page page) {
    return page.protection().executable() && !(page.jit() && isOn());
  }
}
