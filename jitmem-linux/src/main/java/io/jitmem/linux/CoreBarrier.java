package io.jitmem.linux;

import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes every core that runs a thread of this process execute a serialising instruction before it
 * goes on in user mode: {@code membarrier} with SYNC_CORE (Linux 4.16), for which the process
 * registers once. Without it, {@code MEMBARRIER_CMD_GLOBAL} (Linux 4.3) waits until every core has
 * been through the kernel, from where it returns by such an instruction; it takes milliseconds.
 *
 * <p>{@code command} is written without a lock: threads that race register twice, which the kernel
 * allows.
 */
final class CoreBarrier {
  private static final int UNDECIDED = -1;

  private final int number;
  private final LinuxCalls calls;
  private volatile int command = UNDECIDED;

  CoreBarrier(LinuxAbi abi, LinuxCalls calls) {
    number = abi.SYS_membarrier();
    this.calls = calls;
  }

  void synchronizeCores() {
    int chosen = command;
    if (chosen == UNDECIDED) {
      chosen = choose();
      command = chosen;
    }
    calls.membarrier(number, chosen);
  }

  /** The mechanism in words. */
  String mechanism() {
    return command == LinuxAbi.MEMBARRIER_CMD_GLOBAL
        ? "MEMBARRIER_CMD_GLOBAL"
        : "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE";
  }

  /** The commands of use here that the kernel says it has. */
  List<String> offered() {
    long commands = calls.membarrier(number, LinuxAbi.MEMBARRIER_CMD_QUERY);
    List<String> offered = new ArrayList<>(2);
    if ((commands & LinuxAbi.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE) != 0) {
      offered.add("PRIVATE_EXPEDITED_SYNC_CORE");
    }
    if ((commands & LinuxAbi.MEMBARRIER_CMD_GLOBAL) != 0) {
      offered.add("GLOBAL");
    }
    return offered;
  }

  private int choose() {
    try {
      calls.membarrier(number, LinuxAbi.MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE);
      return LinuxAbi.MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE;
    } catch (VirtMemException noSyncCore) {
      return chooseGlobal(noSyncCore);
    }
  }

  private int chooseGlobal(VirtMemException noSyncCore) {
    try {
      long offered = calls.membarrier(number, LinuxAbi.MEMBARRIER_CMD_QUERY);
      if ((offered & LinuxAbi.MEMBARRIER_CMD_GLOBAL) != 0) {
        return LinuxAbi.MEMBARRIER_CMD_GLOBAL;
      }
    } catch (VirtMemException noBarrierAtAll) {
      noSyncCore.addSuppressed(noBarrierAtAll);
    }
    throw new UnsupportedOperationException(
        "cores cannot be synchronised: " + noSyncCore.getMessage(), noSyncCore);
  }
}
