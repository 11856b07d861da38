package io.jitmem.shims;

import io.jitmem.virtmem.VirtMem;
import java.util.function.Consumer;

/**
 * A mistake of the kind that a reader overlooks: a number of another system, or arguments in
 * another order.
 *
 * @param system on which shim it is made
 * @param function the symbol of the function that is called wrongly
 * @param change what it does to the function's arguments
 * @param operation what the backend is asked for
 */
public record Mistake(
    String system,
    String name,
    String function,
    Consumer<Object[]> change,
    Consumer<VirtMem> operation) {
  /** Other bits in the place of some. */
  public static Consumer<Object[]> bits(int argument, int right, int wrong) {
    return arguments -> {
      int value = (int) arguments[argument];
      if ((value & right) == right) {
        arguments[argument] = (value & ~right) | wrong;
      }
    };
  }

  /** A value in the place of any other. */
  public static Consumer<Object[]> to(int argument, Object value) {
    return arguments -> arguments[argument] = value;
  }

  /** Two arguments of one type in each other's place. */
  public static Consumer<Object[]> swap(int one, int other) {
    return arguments -> {
      Object first = arguments[one];
      arguments[one] = arguments[other];
      arguments[other] = first;
    };
  }

  /** A long and an int in each other's place. */
  public static Consumer<Object[]> swapNumbers(int wide, int narrow) {
    return arguments -> {
      Object first = arguments[wide];
      arguments[wide] = (long) (int) arguments[narrow];
      arguments[narrow] = (int) (long) first;
    };
  }

  @Override
  public String toString() {
    return system + ": " + name;
  }
}
