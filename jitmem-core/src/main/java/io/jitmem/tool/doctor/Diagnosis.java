package io.jitmem.tool.doctor;

import io.jitmem.cpu.Cpu;
import io.jitmem.virtmem.VirtMem;
import io.jitmem.virtmem.VirtMemException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor found out.
 *
 * @param version of jitmem
 * @param cpu what the CPU can do, or null if it could not be asked
 * @param findings what the backend answered, or null if there is none that can be used
 * @param obstacle why there is none, in one or more lines; empty if there is one
 */
record Diagnosis(
    String version,
    SystemFacts system,
    @Nullable Cpu cpu,
    @Nullable Findings findings,
    String obstacle) {
  /** Examines this process's system. */
  static Diagnosis make(String version, Supplier<VirtMem> backend) {
    SystemFacts system = SystemFacts.current();
    try {
      Findings findings = Findings.of(backend.get());
      return new Diagnosis(version, system, askCpu(), findings, "");
    } catch (UnsupportedOperationException unusable) {
      return new Diagnosis(version, system, null, null, String.valueOf(unusable.getMessage()));
    }
  }

  /** It is asked by executing code, so what is wrong with that is reported already. */
  private static @Nullable Cpu askCpu() {
    try {
      return Cpu.host();
    } catch (UnsupportedOperationException | VirtMemException refused) {
      return null;
    }
  }

  /** Whether an allocator gets executable memory here. */
  boolean isUsable() {
    return findings != null && findings.strategy().isPossible();
  }
}
