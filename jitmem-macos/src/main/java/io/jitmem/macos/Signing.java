package io.jitmem.macos;

import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the signature of this process, its translation and its CPU mean for executable memory. */
final class Signing {
  private static final Map<String, Integer> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put("CS_VALID", Macos.CS_VALID);
    FLAGS.put("CS_ADHOC", Macos.CS_ADHOC);
    FLAGS.put("CS_GET_TASK_ALLOW", Macos.CS_GET_TASK_ALLOW);
    FLAGS.put("CS_HARD", Macos.CS_HARD);
    FLAGS.put("CS_KILL", Macos.CS_KILL);
    FLAGS.put("CS_ENFORCEMENT", Macos.CS_ENFORCEMENT);
    FLAGS.put("CS_RUNTIME", Macos.CS_RUNTIME);
    FLAGS.put("CS_DEBUGGED", Macos.CS_DEBUGGED);
  }

  private final Architecture architecture;
  private final MacosCalls calls;
  private final Entitlements entitlements;
  private final JitMemory jit;

  Signing(Architecture architecture, MacosCalls calls, Entitlements entitlements, JitMemory jit) {
    this.architecture = architecture;
    this.calls = calls;
    this.entitlements = entitlements;
    this.jit = jit;
  }

  /** Whether this process is Intel's code, translated for one of Apple's processors. */
  boolean isTranslated() {
    return calls.setting("sysctl.proc_translated").orElse(0) == 1;
  }

  List<Condition> conditions() {
    List<Condition> found = new ArrayList<>();
    calls.codeSigningStatus().ifPresent(status -> found.add(status(status)));
    found.add(entitled());
    if (isTranslated()) {
      found.add(
          Condition.restricting(
              "sysctl.proc_translated",
              "1",
              "Rosetta translates this process and need not notice code that is changed through"
                  + " another address: two views are switched off"));
    }
    found.add(writeSwitch());
    return List.copyOf(found);
  }

  private Condition status(int status) {
    String names =
        FLAGS.entrySet().stream()
            .filter(flag -> (status & flag.getValue()) != 0)
            .map(Map.Entry::getKey)
            .collect(Collectors.joining("|"));
    String value = "0x" + Integer.toHexString(status) + (names.isEmpty() ? "" : " " + names);
    String missing = missing();
    boolean restricts = (status & Macos.CS_RUNTIME) != 0 && !missing.isEmpty();
    return new Condition(
        "code signing",
        value,
        restricts,
        restricts
            ? "the hardened runtime is on, and code that was not signed is denied as far as it is not"
                + " allowed by an entitlement; not found are "
                + missing
            : "");
  }

  private String missing() {
    List<String> needed =
        architecture == Architecture.AARCH64
            ? List.of(Entitlements.ALLOW_JIT, Entitlements.UNSIGNED_EXECUTABLE_MEMORY)
            : List.of(Entitlements.UNSIGNED_EXECUTABLE_MEMORY);
    return needed.stream()
        .filter(name -> !entitlements.has(name))
        .collect(Collectors.joining(", "));
  }

  private Condition entitled() {
    List<String> granted = entitlements.granted();
    return Condition.harmless(
        "entitlements",
        granted.isEmpty() ? "none that bear on executable memory" : String.join(", ", granted));
  }

  private Condition writeSwitch() {
    return jit.whyNot()
        .map(reason -> new Condition(WriteThunk.SWITCH, "not usable", false, reason))
        .orElseGet(() -> Condition.harmless(WriteThunk.SWITCH, "usable"));
  }
}
