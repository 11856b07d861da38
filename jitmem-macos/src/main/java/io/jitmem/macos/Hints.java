package io.jitmem.macos;

import io.jitmem.posix.ErrnoTable;
import io.jitmem.virtmem.Architecture;

/** The causes of failed calls, as far as the call and its error show them. */
record Hints(Architecture architecture) {
  String hint(String function, String text, int code) {
    return switch (code) {
      case Macos.ENOMEM ->
          function.equals("mmap")
              ? "out of memory or address space; RLIMIT_AS (ulimit -v) bounds both"
              : "a part of the range is not mapped, or memory is out";
      case ErrnoTable.EACCES, ErrnoTable.EPERM -> denied(text);
      default -> "";
    };
  }

  private String denied(String text) {
    if (!text.contains("PROT_EXEC")) {
      return text.startsWith("mprotect(") ? "beyond what the mapping may become at most" : "";
    }
    if (text.contains("PROT_WRITE|PROT_EXEC") && architecture == Architecture.AARCH64) {
      return "on Apple's processors memory is writable and executable at once under MAP_JIT only";
    }
    return "the mapping may not become executable, or the hardened runtime denies it without the"
        + " entitlement "
        + Entitlements.UNSIGNED_EXECUTABLE_MEMORY;
  }
}
