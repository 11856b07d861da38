package io.jitmem.tests;

import io.jitmem.virtmem.VirtMem;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The Windows backend on the system that runs this JVM: Windows, or wine. */
@EnabledOnOs(value = OS.WINDOWS, disabledReason = "the Windows backend runs on Windows only")
class WindowsVirtMemContractTest extends VirtMemContract {
  @Override
  protected VirtMem virtMem() {
    return VirtMem.host();
  }
}
