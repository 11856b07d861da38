package io.jitmem.windows;

import io.jitmem.nativecall.CapturedError;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The restricted calls of this module, in one place. They need native access for {@code
 * io.jitmem.windows}. Libraries are all that is looked into: the JDK's own look-up has none of the
 * functions.
 */
@SuppressWarnings("restricted")
final class WindowsLinker implements WindowsBinder {
  private final CapturedError error;
  private final UnaryOperator<String> libraries;

  /** Binds functions of libraries that stand for those of Windows, by their names there. */
  WindowsLinker(CapturedError error, UnaryOperator<String> libraries) {
    this.error = error;
    this.libraries = libraries;
  }

  @Override
  public CapturedError error() {
    return error;
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    try {
      return find(function)
          .map(symbol ->
              Linker.nativeLinker()
                  .downcallHandle(symbol, function.descriptor(), function.options(error)));
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    try {
      return MemorySegment.ofAddress(address).reinterpret(byteSize, arena, null);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  private Optional<MemorySegment> find(NativeFunction function) {
    for (String library : function.libraries()) {
      Optional<MemorySegment> symbol = findIn(libraries.apply(library), function.symbol());
      if (symbol.isPresent()) {
        return symbol;
      }
    }
    return Optional.empty();
  }

  private static Optional<MemorySegment> findIn(String library, String symbol) {
    try {
      return SymbolLookup.libraryLookup(library, Arena.global()).find(symbol);
    } catch (IllegalArgumentException notInstalled) {
      return Optional.empty();
    }
  }

  private static UnsupportedOperationException denied(IllegalCallerException cause) {
    return new UnsupportedOperationException(
        "native access is denied to jitmem's Windows backend: start Java with"
            + " --enable-native-access=io.jitmem.core,io.jitmem.windows (ALL-UNNAMED on the class"
            + " path)",
        cause);
  }
}
