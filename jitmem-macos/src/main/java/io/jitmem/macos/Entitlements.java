package io.jitmem.macos;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What this process was signed to be allowed, as far as it bears on executable memory. Looked up
 * once: a process keeps its signature. {@code text} is written without a lock: racing threads find
 * the same.
 */
final class Entitlements {
  static final String ALLOW_JIT = "com.apple.security.cs.allow-jit";
  static final String UNSIGNED_EXECUTABLE_MEMORY =
      "com.apple.security.cs.allow-unsigned-executable-memory";
  static final String JIT_WRITE_ALLOWLIST = "com.apple.security.cs.jit-write-allowlist";
  static final String NO_PAGE_PROTECTION =
      "com.apple.security.cs.disable-executable-page-protection";

  private static final List<String> KNOWN =
      List.of(ALLOW_JIT, UNSIGNED_EXECUTABLE_MEMORY, JIT_WRITE_ALLOWLIST, NO_PAGE_PROTECTION);

  private final MacosCalls calls;
  private volatile @Nullable String text;

  Entitlements(MacosCalls calls) {
    this.calls = calls;
  }

  /** Whether the process has one; false also where the kernel does not tell. */
  boolean has(String name) {
    return Pattern.compile("<key>\\s*" + Pattern.quote(name) + "\\s*</key>\\s*<true\\s*/>")
        .matcher(text())
        .find();
  }

  /** Those that bear on executable memory. */
  List<String> granted() {
    return KNOWN.stream().filter(this::has).toList();
  }

  private String text() {
    String known = text;
    if (known == null) {
      known = calls.entitlements();
      text = known;
    }
    return known;
  }
}
