package io.jitmem.windows;

import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * What GetLastError's codes mean here ({@code winerror.h}): their names, the kind of refusal, and
 * what causes it where that is known.
 */
final class WindowsErrors {
  static final int ERROR_ACCESS_DENIED = 5;
  static final int ERROR_NOT_ENOUGH_MEMORY = 8;
  static final int ERROR_INVALID_PARAMETER = 87;
  static final int ERROR_INVALID_ADDRESS = 487;
  static final int ERROR_NOT_ALL_ASSIGNED = 1300;
  static final int ERROR_PRIVILEGE_NOT_HELD = 1314;
  static final int ERROR_NO_SYSTEM_RESOURCES = 1450;
  static final int ERROR_COMMITMENT_LIMIT = 1455;
  static final int ERROR_DYNAMIC_CODE_BLOCKED = 1655;

  private record Entry(String name, Kind kind, String hint) {}

  private static final Entry UNKNOWN = new Entry("", Kind.OTHER, "");
  private static final String ACG =
      "dynamic code is prohibited in this process (Arbitrary Code Guard, ProcessDynamicCodePolicy);"
          + " the policy is set when the process starts and cannot be taken back";
  private static final String PRIVILEGE =
      "large pages need the right \"Lock pages in memory\" (SeLockMemoryPrivilege), which an"
          + " administrator gives by secpol.msc; sign in again afterwards";

  private static final Map<Integer, Entry> ENTRIES = new HashMap<>();

  static {
    add(4, "ERROR_TOO_MANY_OPEN_FILES", Kind.TOO_MANY_HANDLES, "");
    add(ERROR_ACCESS_DENIED, "ERROR_ACCESS_DENIED", Kind.PERMISSION_DENIED, "");
    add(6, "ERROR_INVALID_HANDLE", Kind.INVALID_ARGUMENT, "");
    add(ERROR_NOT_ENOUGH_MEMORY, "ERROR_NOT_ENOUGH_MEMORY", Kind.OUT_OF_MEMORY, "");
    add(14, "ERROR_OUTOFMEMORY", Kind.OUT_OF_MEMORY, "");
    add(24, "ERROR_BAD_LENGTH", Kind.INVALID_ARGUMENT, "");
    add(50, "ERROR_NOT_SUPPORTED", Kind.NOT_SUPPORTED, "");
    add(ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER", Kind.INVALID_ARGUMENT, "");
    add(112, "ERROR_DISK_FULL", Kind.NO_SPACE, "");
    add(120, "ERROR_CALL_NOT_IMPLEMENTED", Kind.NOT_SUPPORTED, "");
    add(127, "ERROR_PROC_NOT_FOUND", Kind.NOT_SUPPORTED, "");
    add(ERROR_INVALID_ADDRESS, "ERROR_INVALID_ADDRESS", Kind.INVALID_ARGUMENT, "");
    add(998, "ERROR_NOACCESS", Kind.INVALID_ARGUMENT, "");
    add(1006, "ERROR_FILE_INVALID", Kind.INVALID_ARGUMENT, "");
    add(1132, "ERROR_MAPPED_ALIGNMENT", Kind.INVALID_ARGUMENT, "");
    add(ERROR_NOT_ALL_ASSIGNED, "ERROR_NOT_ALL_ASSIGNED", Kind.PERMISSION_DENIED, PRIVILEGE);
    add(1313, "ERROR_NO_SUCH_PRIVILEGE", Kind.NOT_SUPPORTED, "");
    add(ERROR_PRIVILEGE_NOT_HELD, "ERROR_PRIVILEGE_NOT_HELD", Kind.PERMISSION_DENIED, PRIVILEGE);
    add(
        ERROR_NO_SYSTEM_RESOURCES,
        "ERROR_NO_SYSTEM_RESOURCES",
        Kind.OUT_OF_MEMORY,
        "of large pages this often means that memory is too fragmented: restart the system, or"
            + " take them early");
    add(1451, "ERROR_NONPAGED_SYSTEM_RESOURCES", Kind.OUT_OF_MEMORY, "");
    add(1452, "ERROR_PAGED_SYSTEM_RESOURCES", Kind.OUT_OF_MEMORY, "");
    add(1453, "ERROR_WORKING_SET_QUOTA", Kind.OUT_OF_MEMORY, "");
    add(1454, "ERROR_PAGEFILE_QUOTA", Kind.OUT_OF_MEMORY, "");
    add(
        ERROR_COMMITMENT_LIMIT,
        "ERROR_COMMITMENT_LIMIT",
        Kind.OUT_OF_MEMORY,
        "the system's commit limit (memory and paging files) or the limit of this process's job"
            + " object is reached");
    add(ERROR_DYNAMIC_CODE_BLOCKED, "ERROR_DYNAMIC_CODE_BLOCKED", Kind.PERMISSION_DENIED, ACG);
    add(
        1657,
        "ERROR_STRICT_CFG_VIOLATION",
        Kind.PERMISSION_DENIED,
        "Control Flow Guard is strict in this process");
  }

  private WindowsErrors() {}

  /** The exception for a call that failed; {@code text} is the call with its arguments. */
  static VirtMemException failure(String text, int code) {
    Entry entry = ENTRIES.getOrDefault(code, UNKNOWN);
    return new VirtMemException(
        entry.kind(), new VirtMemException.Call(text, code, entry.name()), entry.hint());
  }

  /** The code of a refusal, or 0 if no call stands for it. */
  static int code(VirtMemException refused) {
    return refused.call().map(VirtMemException.Call::code).orElse(0);
  }

  /** The names of all codes that are known, by code. */
  static Map<Integer, String> names() {
    Map<Integer, String> names = new HashMap<>();
    ENTRIES.forEach((code, entry) -> names.put(code, entry.name()));
    return names;
  }

  private static void add(int code, String name, Kind kind, String hint) {
    ENTRIES.put(code, new Entry(name, kind, hint));
  }
}
