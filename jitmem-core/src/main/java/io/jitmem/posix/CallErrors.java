package io.jitmem.posix;

import io.jitmem.virtmem.VirtMemException;

/** Makes the exceptions of failed calls, with what a backend knows of their causes. */
@FunctionalInterface
public interface CallErrors {
  /** What a backend knows about the causes of errors on its system. */
  @FunctionalInterface
  interface Hints {
    /** The cause of a failed call as far as this environment shows it, or the empty string. */
    String hint(String function, String text, int code);
  }

  /** The exception for a call that failed; {@code text} is the call with its arguments. */
  VirtMemException failure(String function, String text, int code);

  /** Errors by a system's table, explained by its hints. */
  static CallErrors of(ErrnoTable table, Hints hints) {
    return (function, text, code) ->
        new VirtMemException(
            table.kind(code),
            new VirtMemException.Call(text, code, table.name(code)),
            hints.hint(function, text, code));
  }
}
