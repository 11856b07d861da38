package io.jitmem.windows;

import io.jitmem.virtmem.Architecture;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Whether an x86-64 JVM runs on an ARM64 processor. What its emulator has translated of code may
 * stay when the code is changed through another view, so two views are switched off there, as .NET
 * does it. {@code answer} is written without a lock: racing threads find the same.
 */
final class Emulation {
  static final String REASON =
      "this x86-64 JVM is emulated on an ARM64 processor, where code that is changed through another"
          + " view may not be noticed: use a JVM for ARM64";

  private final Architecture cpu;
  private final ProcessCalls process;
  private volatile @Nullable Boolean answer;

  Emulation(Architecture cpu, ProcessCalls process) {
    this.cpu = cpu;
    this.process = process;
  }

  boolean isInForce() {
    Boolean known = answer;
    if (known == null) {
      known = cpu == Architecture.X86_64 && isArm(process.nativeMachine());
      answer = known;
    }
    return known;
  }

  private static boolean isArm(OptionalInt machine) {
    return machine.isPresent() && machine.getAsInt() == WindowsAbi.IMAGE_FILE_MACHINE_ARM64;
  }

  /**
   * Refuses two views where they are switched off.
   *
   * @throws UnsupportedOperationException if they are
   */
  void requireNone() {
    if (isInForce()) {
      throw new UnsupportedOperationException(REASON);
    }
  }
}
