package io.jitmem.linux;

import io.jitmem.virtmem.VirtMemException;
import java.util.HashSet;
import java.util.Set;

/**
 * The features of the CPU by what the kernel tells a process: the words of the auxiliary vector,
 * and on RISC-V those of {@code riscv_hwprobe} (Linux 6.4), which says more.
 */
final class HardwareWords {
  private final LinuxAbi abi;
  private final LinuxCalls calls;

  HardwareWords(LinuxAbi abi, LinuxCalls calls) {
    this.abi = abi;
    this.calls = calls;
  }

  /** The features' names; none on x86-64, where programs ask the CPU. */
  Set<String> cpuFeatures() {
    Set<String> names = new HashSet<>();
    switch (abi.architecture()) {
      case X86_64 -> {}
      case AARCH64 -> {
        AArch64Words.HWCAP.addTo(names, calls.getauxval(LinuxAbi.AT_HWCAP));
        AArch64Words.HWCAP2.addTo(names, calls.getauxval(LinuxAbi.AT_HWCAP2));
        AArch64Words.HWCAP3.addTo(names, calls.getauxval(LinuxAbi.AT_HWCAP3));
      }
      case RISCV64 -> {
        RiscvWords.HWCAP.addTo(names, calls.getauxval(LinuxAbi.AT_HWCAP));
        probe(names);
      }
    }
    return Set.copyOf(names);
  }

  private void probe(Set<String> names) {
    try {
      long[] values =
          calls.riscvHwprobe(
              abi.SYS_riscv_hwprobe(),
              LinuxAbi.RISCV_HWPROBE_KEY_IMA_EXT_0,
              LinuxAbi.RISCV_HWPROBE_KEY_IMA_EXT_1);
      RiscvWords.IMA_EXT_0.addTo(names, values[0]);
      RiscvWords.IMA_EXT_1.addTo(names, values[1]);
    } catch (VirtMemException unknownCall) {
      // Before Linux 6.4 the auxiliary vector is all there is.
      assert unknownCall.call().isPresent();
    }
  }
}
