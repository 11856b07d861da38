package io.jitmem.virtmem;

import java.io.Serial;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The system refused. The message names the call with its arguments, the system's code and, where
 * it is known, the cause. Whatever the failed operation had done before was undone; what could not
 * be undone is {@linkplain #getSuppressed() suppressed} here.
 */
public final class VirtMemException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The kinds of refusal, independent of the system. */
  public enum Kind {
    /** No memory, address space or room for one more mapping. */
    OUT_OF_MEMORY,
    /** The system calls an argument wrong. */
    INVALID_ARGUMENT,
    /** A security policy, a mount option or a missing privilege forbids it. */
    PERMISSION_DENIED,
    /** The process or the system has no free descriptor or handle. */
    TOO_MANY_HANDLES,
    /** The system lacks the call or the mechanism. */
    NOT_SUPPORTED,
    /** The backing file would exceed a limit on file sizes. */
    FILE_TOO_LARGE,
    /** The backing store is full. */
    NO_SPACE,
    /** Something is already mapped there. */
    ADDRESS_IN_USE,
    /** Anything else; the code tells. */
    OTHER
  }

  /**
   * The native call that failed.
   *
   * @param text the call with its arguments, as in {@code mprotect(0x7f0000001000, 4096,
   *     PROT_READ)}
   * @param code the system's error code
   * @param codeName the code's symbolic name, or empty where none is known
   */
  public record Call(String text, int code, String codeName) implements java.io.Serializable {
    /** Checks that nothing is null. */
    public Call {
      Objects.requireNonNull(text, "text");
      Objects.requireNonNull(codeName, "codeName");
    }

    @Override
    public String toString() {
      return text
          + " failed: "
          + (codeName.isEmpty() ? "error " + code : codeName + " (" + code + ")");
    }
  }

  /** What kind of refusal it is. */
  private final Kind kind;

  /** The call that failed, or null. */
  private final @Nullable Call call;

  /** What causes it, or empty. */
  private final String hint;

  /**
   * A refusal by a native call.
   *
   * @param kind what kind of refusal it is
   * @param call the call that failed
   * @param hint what in this environment causes it and what helps, or empty
   */
  public VirtMemException(Kind kind, Call call, String hint) {
    super(hint.isEmpty() ? call.toString() : call + ": " + hint);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.call = Objects.requireNonNull(call, "call");
    this.hint = hint;
  }

  /**
   * A refusal that no single native call stands for.
   *
   * @param kind what kind of refusal it is
   * @param message what was refused and why
   */
  public VirtMemException(Kind kind, String message) {
    super(message);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.call = null;
    this.hint = "";
  }

  /**
   * What kind of refusal it is.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * The native call that failed.
   *
   * @return the call, or empty if no single one stands for the refusal
   */
  public Optional<Call> call() {
    return Optional.ofNullable(call);
  }

  /**
   * What causes the refusal in this environment and what helps.
   *
   * @return a hint, or the empty string where none is known
   */
  public String hint() {
    return hint;
  }
}
