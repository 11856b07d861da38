package io.jitmem.linux;

import io.jitmem.virtmem.VirtMemException;
import java.util.OptionalInt;

/** What this process, or who started it, has denied it: PR_SET_MDWE and seccomp filters. */
final class SelfRestraint {
  private static final int SECCOMP_MODE_FILTER = 2;

  private final LinuxEnvironment environment;
  private final LinuxCalls linux;

  SelfRestraint(LinuxEnvironment environment, LinuxCalls linux) {
    this.environment = environment;
    this.linux = linux;
  }

  /** What PR_GET_MDWE answers; kernels before 6.3 and some filters do not know it. */
  OptionalInt memoryDenyWriteExecute() {
    try {
      return OptionalInt.of(linux.prctl(LinuxAbi.PR_GET_MDWE, 0, 0, 0, 0));
    } catch (VirtMemException unknown) {
      return OptionalInt.empty();
    }
  }

  boolean deniesWriteExecute() {
    return memoryDenyWriteExecute().orElse(0) != 0;
  }

  /** The mode of seccomp: 0 for none, 1 for strict, 2 for filters. */
  OptionalInt seccompMode() {
    return environment
        .status("Seccomp")
        .filter(text -> text.matches("[0-9]"))
        .map(text -> OptionalInt.of(Integer.parseInt(text)))
        .orElse(OptionalInt.empty());
  }

  boolean isFiltered() {
    return seccompMode().orElse(0) == SECCOMP_MODE_FILTER;
  }
}
