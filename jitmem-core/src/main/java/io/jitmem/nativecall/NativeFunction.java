package io.jitmem.nativecall;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.util.ArrayList;
import java.util.List;

/**
 * A C function: its symbol, its prototype and where to look for it.
 *
 * @param symbol the name that the library exports
 * @param descriptor the prototype; for a variadic function, the arguments that we pass
 * @param firstVariadic the index of the first variadic argument, or -1; matters where those travel
 *     differently
 * @param capturesErrno whether the error is captured in the same downcall, into a segment passed as
 *     first argument
 * @param libraries where to look after the default look-up
 */
public record NativeFunction(
    String symbol,
    FunctionDescriptor descriptor,
    int firstVariadic,
    boolean capturesErrno,
    List<String> libraries) {
  public NativeFunction {
    libraries = List.copyOf(libraries);
  }

  /** A function of the C library with fixed arguments that sets errno. */
  public static NativeFunction of(String symbol, FunctionDescriptor descriptor) {
    return new NativeFunction(symbol, descriptor, -1, true, List.of());
  }

  /** The same function, variadic from the given argument on. */
  public NativeFunction variadicFrom(int index) {
    return new NativeFunction(symbol, descriptor, index, capturesErrno, libraries);
  }

  /** The same function, which reports errors otherwise than by errno, or none. */
  public NativeFunction withoutErrno() {
    return new NativeFunction(symbol, descriptor, firstVariadic, false, libraries);
  }

  /** The same function, which may also be in another library. */
  public NativeFunction orIn(String library) {
    List<String> more = new ArrayList<>(libraries);
    more.add(library);
    return new NativeFunction(symbol, descriptor, firstVariadic, capturesErrno, more);
  }

  /** The linker options that the prototype asks for. */
  public Linker.Option[] options() {
    return options(CapturedError.ERRNO);
  }

  /** The linker options that the prototype asks for where errors are kept otherwise. */
  public Linker.Option[] options(CapturedError error) {
    List<Linker.Option> options = new ArrayList<>(2);
    if (capturesErrno) {
      options.add(Linker.Option.captureCallState(error.name()));
    }
    if (firstVariadic >= 0) {
      options.add(Linker.Option.firstVariadicArg(firstVariadic));
    }
    return options.toArray(new Linker.Option[0]);
  }
}
