package io.jitmem.tool.doctor;

import io.jitmem.virtmem.VirtMem;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the doctor found out.
 *
 * @param version of jitmem
 * @param findings what the backend answered, or null if there is none that can be used
 * @param obstacle why there is none, in one or more lines; empty if there is one
 */
record Diagnosis(String version, SystemFacts system, @Nullable Findings findings, String obstacle) {
  /** Examines this process's system. */
  static Diagnosis make(String version, Supplier<VirtMem> backend) {
    SystemFacts system = SystemFacts.current();
    try {
      return new Diagnosis(version, system, Findings.of(backend.get()), "");
    } catch (UnsupportedOperationException unusable) {
      return new Diagnosis(version, system, null, String.valueOf(unusable.getMessage()));
    }
  }

  /** Whether an allocator gets executable memory here. */
  boolean isUsable() {
    return findings != null && findings.strategy().isPossible();
  }
}
