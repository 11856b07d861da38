package io.jitmem.posix;

import io.jitmem.virtmem.VirtMemException;

/** Makes the exceptions of failed calls, with what a backend knows of their causes. */
public final class CallErrors {
  /** What a backend knows about the causes of errors on its system. */
  @FunctionalInterface
  public interface Hints {
    /** The cause of a failed call as far as this environment shows it, or the empty string. */
    String hint(String function, String text, int code);
  }

  /** Loaded with this class: when it is needed, there may be nothing left to load a class by. */
  @SuppressWarnings("unused")
  private static final Object LOADED = new VirtMemException.Call("", 0, "");

  private final ErrnoTable table;
  private final Hints hints;

  /** Errors by a system's table, explained by its hints. */
  public CallErrors(ErrnoTable table, Hints hints) {
    this.table = table;
    this.hints = hints;
  }

  /** The exception for a call that failed; {@code text} is the call with its arguments. */
  public VirtMemException failure(String function, String text, int code) {
    return new VirtMemException(
        table.kind(code),
        new VirtMemException.Call(text, code, table.name(code)),
        hints.hint(function, text, code));
  }
}
