package io.jitmem.windows;

import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.VirtMemException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Looks up what in the environment of this process bears on executable memory. */
final class ConditionReport {
  private static final int ENABLED = 1;

  /** Of PROCESS_MITIGATION_DYNAMIC_CODE_POLICY. */
  private static final int ALLOW_THREAD_OPT_OUT = 2;

  /** Of PROCESS_MITIGATION_CONTROL_FLOW_GUARD_POLICY. */
  private static final int STRICT_MODE = 4;

  private final ProcessCalls process;
  private final WindowsSystem system;
  private final LargePages largePages;
  private final ReservedSpace reserved;
  private final List<Condition> found = new ArrayList<>();

  ConditionReport(
      ProcessCalls process, WindowsSystem system, LargePages largePages, ReservedSpace reserved) {
    this.process = process;
    this.system = system;
    this.largePages = largePages;
    this.reserved = reserved;
  }

  List<Condition> make(Emulation emulation) {
    if (emulation.isInForce()) {
      found.add(Condition.restricting("processor", "ARM64, emulates x86-64", Emulation.REASON));
    }
    dynamicCode();
    controlFlowGuard();
    shadowStack();
    granularity();
    placeholders();
    largePages();
    return List.copyOf(found);
  }

  private void dynamicCode() {
    OptionalInt flags = process.mitigationPolicy(WindowsAbi.ProcessDynamicCodePolicy);
    policy(
        "ProcessDynamicCodePolicy",
        flags,
        "Arbitrary Code Guard: no memory becomes executable, by whatever call"
            + (isSet(flags, ALLOW_THREAD_OPT_OUT) ? "; a thread may opt out of it" : ""));
  }

  private void controlFlowGuard() {
    OptionalInt flags = process.mitigationPolicy(WindowsAbi.ProcessControlFlowGuardPolicy);
    if (isSet(flags, ENABLED)) {
      // Pages that VirtualAlloc or VirtualProtect makes executable are valid targets as a whole.
      found.add(
          Condition.harmless(
              "ProcessControlFlowGuardPolicy",
              isSet(flags, STRICT_MODE)
                  ? "on, strict: libraries without it are not loaded"
                  : "on; memory that is made executable may be called anywhere, unless an allocator"
                      + " guards its branches"));
    } else {
      policy("ProcessControlFlowGuardPolicy", flags, "");
    }
  }

  private void shadowStack() {
    OptionalInt flags = process.mitigationPolicy(WindowsAbi.ProcessUserShadowStackPolicy);
    policy(
        "ProcessUserShadowStackPolicy",
        flags,
        "generated code must return to where it was called from, or the process ends");
  }

  private void granularity() {
    add(
        "allocation granularity",
        system.info().granularity()
            + " bytes: each mapping takes a multiple of that in addresses, and of "
            + system.info().pageByteSize()
            + " in memory");
  }

  private void placeholders() {
    if (reserved instanceof PlainSpace plain) {
      found.add(
          Condition.restricting(
              "placeholders",
              "none: " + plain.reason(),
              "two views cannot be mapped into reservations: allocators with a range or guards"
                  + " cannot have two views"));
    } else {
      add("placeholders", "they work");
    }
  }

  private void largePages() {
    long size = system.largePageByteSize();
    if (size == 0) {
      add("GetLargePageMinimum", "0: there are no large pages");
      return;
    }
    add("GetLargePageMinimum", size + " bytes");
    try {
      largePages.require(size);
      add("SeLockMemoryPrivilege", "held and enabled");
    } catch (VirtMemException refused) {
      add("SeLockMemoryPrivilege", "not to be had: " + refused.getMessage());
    }
  }

  private void policy(String name, OptionalInt flags, String meaning) {
    if (flags.isEmpty()) {
      add(name, "not known to this system");
    } else if (isSet(flags, ENABLED)) {
      found.add(Condition.restricting(name, "on", meaning));
    } else {
      add(name, "off");
    }
  }

  private static boolean isSet(OptionalInt flags, int bit) {
    return (flags.orElse(0) & bit) != 0;
  }

  private void add(String name, String value) {
    found.add(Condition.harmless(name, value));
  }
}
