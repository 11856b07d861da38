package io.jitmem.linux;

import io.jitmem.posix.CallErrors;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;

/** Executable memory that indirect branches enter at landing pads only: AArch64's BTI. */
final class BranchGuard {
  private BranchGuard() {}

  /** Whether the kernel says that the CPU has it; the others have no such bit of a protection. */
  static boolean isOffered(LinuxAbi abi, HardwareWords hardware) {
    return abi.architecture() == Architecture.AARCH64 && hardware.cpuFeatures().contains("BTI");
  }

  /** Calls whose executable memory is guarded. */
  static PosixCalls calls(CodeBinder binder, LinuxAbi abi, CallErrors errors) {
    return new PosixCalls(binder, abi.posix(), errors, LinuxCalls.SHM_OPEN, LinuxAbi.PROT_BTI);
  }
}
