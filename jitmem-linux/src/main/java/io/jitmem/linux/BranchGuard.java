package io.jitmem.linux;

import io.jitmem.posix.CallErrors;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;

/** Executable memory that indirect branches enter at landing pads only: AArch64's BTI. */
final class BranchGuard {
  static final String MECHANISM = "PROT_BTI";

  private BranchGuard() {}

  /** Whether the kernel says that the CPU has it; the others have no such bit of a protection. */
  static boolean isOffered(LinuxAbi abi, HardwareWords hardware) {
    return abi.architecture() == Architecture.AARCH64 && hardware.cpuFeatures().contains("BTI");
  }

  /** Why it is not offered. */
  static String whyNot(LinuxAbi abi) {
    return switch (abi.architecture()) {
      case AARCH64 -> "the kernel does not say that the CPU has BTI (AT_HWCAP2)";
      case X86_64 -> "Linux does not turn indirect branch tracking (IBT) on for programs on x86-64";
      case RISCV64 -> "this backend does not know landing pads of RISC-V (Zicfilp)";
    };
  }

  /** Calls whose executable memory is guarded. */
  static PosixCalls calls(CodeBinder binder, LinuxAbi abi, CallErrors errors) {
    return new PosixCalls(binder, abi.posix(), errors, LinuxAbi.SHM_OPEN, LinuxAbi.PROT_BTI);
  }
}
