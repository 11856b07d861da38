package io.jitmem.tool.heap;

import io.jitmem.tool.command.Options;
import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;

/** Whole numbers that options have as values. */
final class Numbers {
  private Numbers() {}

  /**
   * An option's value, or another number if it was not given.
   *
   * @throws UsageException if it is no whole number in decimal, or out of range
   */
  static long of(Options options, String name, long least, long greatest, long otherwise) {
    String text = options.value(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= greatest) {
        return value;
      }
    } catch (NumberFormatException notOne) {
      UsageException wrong = wrong(name, text, least, greatest);
      wrong.initCause(notOne);
      throw wrong;
    }
    throw wrong(name, text, least, greatest);
  }

  private static UsageException wrong(String name, String text, long least, long greatest) {
    return new UsageException(
        name + ": " + Quoted.of(text) + " is not a whole number " + least + ".." + greatest);
  }
}
