package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;

/** Values of {@code float} and {@code double} as text, in the syntax of Java. */
final class FloatingPoint {
  private FloatingPoint() {}

  /**
   * Reads a {@code float}.
   *
   * @throws UsageException if it is no number, or too great
   */
  static float parseFloat(String text) {
    try {
      float value = Float.parseFloat(text);
      requireFinite(text, Float.isInfinite(value), Float.MAX_VALUE);
      return value;
    } catch (NumberFormatException noNumber) {
      throw noNumber(text, noNumber);
    }
  }

  /**
   * Reads a {@code double}.
   *
   * @throws UsageException if it is no number, or too great
   */
  static double parseDouble(String text) {
    try {
      double value = Double.parseDouble(text);
      requireFinite(text, Double.isInfinite(value), Double.MAX_VALUE);
      return value;
    } catch (NumberFormatException noNumber) {
      throw noNumber(text, noNumber);
    }
  }

  /** Java rounds what is too great to infinity; here infinity has to be written. */
  private static void requireFinite(String text, boolean infinite, Number greatest) {
    if (infinite && !text.contains("Infinity")) {
      throw new UsageException(
          Quoted.of(text) + " is not in the range -" + greatest + ".." + greatest);
    }
  }

  private static UsageException noNumber(String text, NumberFormatException cause) {
    UsageException wrong =
        new UsageException(
            Quoted.of(text)
                + " is not a number as Java writes it, such as 1.5, -2e10, NaN or -Infinity");
    wrong.initCause(cause);
    return wrong;
  }
}
