package io.jitmem.tool.doctor;

/**
 * What Java says of the system and of itself.
 *
 * @param nativeAccess whether jitmem's core may call native code without a warning or a refusal
 */
record SystemFacts(
    String osName,
    String osVersion,
    String archName,
    String jvmName,
    String jvmVendor,
    String jvmVersion,
    boolean nativeAccess) {
  static SystemFacts current() {
    return new SystemFacts(
        property("os.name"),
        property("os.version"),
        property("os.arch"),
        property("java.vm.name"),
        property("java.vendor"),
        property("java.runtime.version"),
        SystemFacts.class.getModule().isNativeAccessEnabled());
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
