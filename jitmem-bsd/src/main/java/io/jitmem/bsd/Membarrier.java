package io.jitmem.bsd;

import io.jitmem.virtmem.VirtMemException;

/**
 * FreeBSD's {@code membarrier} with SYNC_CORE, for which the process registers once; where the
 * kernel lacks that command, another barrier.
 *
 * <p>{@code chosen} is written without a lock: threads that race register twice, which is allowed.
 */
final class Membarrier implements CoreBarrier {
  private enum Choice {
    OPEN,
    SYNC_CORE,
    OTHER
  }

  private final BsdCalls calls;
  private final CoreBarrier other;
  private volatile Choice chosen = Choice.OPEN;

  Membarrier(BsdCalls calls, CoreBarrier other) {
    this.calls = calls;
    this.other = other;
  }

  @Override
  public String mechanism() {
    return choice() == Choice.SYNC_CORE
        ? "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"
        : other.mechanism();
  }

  @Override
  public void synchronizeCores() {
    if (choice() == Choice.SYNC_CORE) {
      calls.membarrier(FreeBsd.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE);
    } else {
      other.synchronizeCores();
    }
  }

  private Choice choice() {
    Choice known = chosen;
    if (known == Choice.OPEN) {
      known = calls.hasMembarrier() && isRegistered() ? Choice.SYNC_CORE : Choice.OTHER;
      chosen = known;
    }
    return known;
  }

  private boolean isRegistered() {
    try {
      calls.membarrier(FreeBsd.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
      return true;
    } catch (VirtMemException unknownToTheKernel) {
      return false;
    }
  }
}
