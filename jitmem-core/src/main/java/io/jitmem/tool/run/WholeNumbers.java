package io.jitmem.tool.run;

import io.jitmem.tool.command.Quoted;
import io.jitmem.tool.command.UsageException;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The whole numbers of one type, in decimal or, after {@code 0x}, in hex. Hex goes up to the type's
 * unsigned width: 0xff is -1 for a byte.
 */
final class WholeNumbers {
  private final BigInteger least;
  private final BigInteger greatest;
  private final BigInteger greatestHex;

  private WholeNumbers(BigInteger least, BigInteger greatest, BigInteger greatestHex) {
    this.least = least;
    this.greatest = greatest;
    this.greatestHex = greatestHex;
  }

  /** The numbers of a two's complement type. */
  static WholeNumbers signed(int bits) {
    BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
    return new WholeNumbers(half.negate(), half.subtract(BigInteger.ONE), allOnes(bits));
  }

  /** The numbers of a type without negative ones. */
  static WholeNumbers unsigned(int bits) {
    return new WholeNumbers(BigInteger.ZERO, allOnes(bits), allOnes(bits));
  }

  /** The numbers between two bounds, in decimal and in hex. */
  static WholeNumbers between(long least, long greatest) {
    BigInteger bound = BigInteger.valueOf(greatest);
    return new WholeNumbers(BigInteger.valueOf(least), bound, bound);
  }

  /**
   * Reads a number.
   *
   * @return its low 64 bits, of which as many count as the type has
   * @throws UsageException if it is no number, or out of range
   */
  long parse(String text) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String unsigned = signed ? text.substring(1) : text;
    boolean hex = unsigned.startsWith("0x") || unsigned.startsWith("0X");
    BigInteger magnitude = hex ? digits(unsigned.substring(2), 16) : digits(unsigned, 10);
    if (magnitude == null) {
      throw new UsageException(Quoted.of(text) + " is not a whole number " + range());
    }
    BigInteger value = text.startsWith("-") ? magnitude.negate() : magnitude;
    if (value.compareTo(least) < 0 || value.compareTo(hex ? greatestHex : greatest) > 0) {
      throw new UsageException(Quoted.of(text) + " is not in the range " + range());
    }
    return value.longValue();
  }

  /** The range in words. */
  String range() {
    return least + ".." + greatest + " or, in hex, up to 0x" + greatestHex.toString(16);
  }

  private static @Nullable BigInteger digits(String text, int radix) {
    for (int i = 0; i < text.length(); i++) {
      // A second sign and the digits of other alphabets, which BigInteger takes, are not wanted.
      if (text.charAt(i) >= 0x80 || Character.digit(text.charAt(i), radix) < 0) {
        return null;
      }
    }
    return text.isEmpty() ? null : new BigInteger(text, radix);
  }

  private static BigInteger allOnes(int bits) {
    return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
  }
}
