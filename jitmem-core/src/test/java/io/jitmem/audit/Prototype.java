package io.jitmem.audit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The prototype of a C function, as far as a caller can have it wrong: how many bytes the result
 * and the parameters have, which of them are variadic, and what library the function is in.
 * Immutable.
 *
 * @param symbol the name that a library exports
 * @param result the size of the result in bytes, 0 for {@code void}
 * @param parameters the sizes of the parameters in bytes, those of variadic arguments among them
 * @param firstVariadic the index of the first variadic argument, or {@link #NOT_VARIADIC}; on some
 *     CPUs such arguments travel otherwise, so that a mistake passes garbage
 * @param libraries where the function is looked for; empty where that does not matter
 */
public record Prototype(
    String symbol, long result, List<Long> parameters, int firstVariadic, List<String> libraries) {
  /** The index of the first variadic argument of a function that has none. */
  public static final int NOT_VARIADIC = -1;

  /**
   * A prototype.
   *
   * @throws IllegalArgumentException if {@code firstVariadic} is below {@link #NOT_VARIADIC}
   */
  public Prototype {
    if (firstVariadic < NOT_VARIADIC) {
      throw new IllegalArgumentException("no argument has index %d".formatted(firstVariadic));
    }
    parameters = List.copyOf(parameters);
    libraries = List.copyOf(libraries);
  }

  /**
   * The prototype that a downcall handle is made with.
   *
   * @param symbol the name that a library exports
   * @param descriptor what the linker is given
   * @return a prototype that is not variadic, of no library
   */
  public static Prototype of(String symbol, FunctionDescriptor descriptor) {
    return new Prototype(
        symbol,
        descriptor.returnLayout().map(MemoryLayout::byteSize).orElse(0L),
        descriptor.argumentLayouts().stream().map(MemoryLayout::byteSize).toList(),
        NOT_VARIADIC,
        List.of());
  }

  /**
   * The same prototype, with variadic arguments.
   *
   * @param index that of the first, as in {@link java.lang.foreign.Linker.Option#firstVariadicArg};
   *     {@link #NOT_VARIADIC} for none
   * @return the same, but for that
   * @throws IllegalArgumentException if the index is below {@link #NOT_VARIADIC}
   */
  public Prototype variadicFrom(int index) {
    return new Prototype(symbol, result, parameters, index, libraries);
  }

  /**
   * The same prototype, of a function in certain libraries.
   *
   * @param names the libraries, in the order in which they are asked
   * @return the same, but for that
   */
  public Prototype in(List<String> names) {
    return new Prototype(symbol, result, parameters, firstVariadic, names);
  }

  /**
   * The sizes of the parameters that every call has.
   *
   * @return the first of {@link #parameters()}, up to the first variadic one
   */
  public List<Long> fixedParameters() {
    boolean isFixed = firstVariadic == NOT_VARIADIC || firstVariadic > parameters.size();
    return isFixed ? parameters : parameters.subList(0, firstVariadic);
  }

  /** What comes after the symbol, as in {@code 4(8,4,4), variadic from 2}. */
  String signature() {
    String sizes = parameters.stream().map(String::valueOf).collect(Collectors.joining(","));
    String variadic = firstVariadic == NOT_VARIADIC ? "" : ", variadic from " + firstVariadic;
    return result + "(" + sizes + ")" + variadic;
  }

  /** As in {@code open 4(8,4,4), variadic from 2}; libraries are left out. */
  @Override
  public String toString() {
    return symbol + " " + signature();
  }
}
