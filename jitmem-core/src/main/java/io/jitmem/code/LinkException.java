package io.jitmem.code;

import java.io.Serial;

/**
 * Machine code cannot be put together: symbols that nobody defines or that two define, or a value
 * that does not fit ({@link RelocationException}). Nothing stays allocated.
 */
public sealed class LinkException extends RuntimeException permits RelocationException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * A refusal.
   *
   * @param message what is wrong, with the names of the code and the symbols
   */
  public LinkException(String message) {
    super(message);
  }
}
