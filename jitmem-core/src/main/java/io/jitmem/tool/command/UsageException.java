package io.jitmem.tool.command;

import java.io.Serial;

/** What the user wrote is wrong. The message is one line: what was wrong and what is accepted. */
public final class UsageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** An error that the user can mend. */
  public UsageException(String message) {
    super(message);
  }

  /** The same error, with the place where it was found in front. */
  public UsageException at(String place) {
    UsageException placed = new UsageException(place + ": " + getMessage());
    placed.initCause(this);
    return placed;
  }
}
