package io.jitmem.tool.command;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The whole numbers between two bounds, in decimal, and some also in hex, after {@code 0x}. Hex
 * goes up to the unsigned width of a type: 0xff is -1 for a byte.
 */
public final class WholeNumbers {
  private final BigInteger least;
  private final BigInteger greatest;
  private final @Nullable BigInteger greatestHex;

  private WholeNumbers(BigInteger least, BigInteger greatest, @Nullable BigInteger greatestHex) {
    this.least = least;
    this.greatest = greatest;
    this.greatestHex = greatestHex;
  }

  /** The numbers of a two's complement type. */
  public static WholeNumbers signed(int bits) {
    BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
    return new WholeNumbers(half.negate(), half.subtract(BigInteger.ONE), allOnes(bits));
  }

  /** The numbers of a type without negative ones. */
  public static WholeNumbers unsigned(int bits) {
    return new WholeNumbers(BigInteger.ZERO, allOnes(bits), allOnes(bits));
  }

  /** The numbers between two bounds, in decimal only. */
  public static WholeNumbers decimal(long least, long greatest) {
    return new WholeNumbers(BigInteger.valueOf(least), BigInteger.valueOf(greatest), null);
  }

  /** The numbers between two bounds, in decimal and in hex. */
  public static WholeNumbers between(long least, long greatest) {
    BigInteger bound = BigInteger.valueOf(greatest);
    return new WholeNumbers(BigInteger.valueOf(least), bound, bound);
  }

  /**
   * Reads a number.
   *
   * @return its low 64 bits, of which as many count as the type has
   * @throws UsageException if it is no number, or out of range
   */
  public long parse(String text) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String unsigned = signed ? text.substring(1) : text;
    BigInteger most = unsigned.startsWith("0x") || unsigned.startsWith("0X") ? greatestHex : null;
    boolean hex = most != null;
    BigInteger magnitude = hex ? digits(unsigned.substring(2), 16) : digits(unsigned, 10);
    if (magnitude == null) {
      throw new UsageException(Quoted.of(text) + " is not a whole number " + range());
    }
    BigInteger value = text.startsWith("-") ? magnitude.negate() : magnitude;
    if (value.compareTo(least) < 0 || value.compareTo(most == null ? greatest : most) > 0) {
      throw new UsageException(
          Quoted.of(text)
              + (greatestHex == null ? " is not a whole number " : " is not in the range ")
              + range());
    }
    return value.longValue();
  }

  /** The range in words. */
  public String range() {
    String decimal = least + ".." + greatest;
    return greatestHex == null
        ? decimal
        : decimal + " or, in hex, up to 0x" + greatestHex.toString(16);
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
