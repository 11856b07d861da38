package io.jitmem.bsd;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The restricted calls of this module, in one place. They need native access for {@code
 * io.jitmem.bsd}.
 */
@SuppressWarnings("restricted")
final class BsdLinker implements NativeBinder {
  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    try {
      Linker linker = Linker.nativeLinker();
      return find(linker.defaultLookup(), function)
          .map(symbol -> linker.downcallHandle(symbol, function.descriptor(), function.options()));
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

  private static Optional<MemorySegment> find(SymbolLookup lookup, NativeFunction function) {
    Optional<MemorySegment> symbol = lookup.find(function.symbol());
    for (String library : function.libraries()) {
      if (symbol.isPresent()) {
        break;
      }
      symbol = findIn(library, function.symbol());
    }
    return symbol;
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
        "native access is denied to jitmem's BSD backend: start Java with"
            + " --enable-native-access=io.jitmem.core,io.jitmem.bsd (ALL-UNNAMED on the class path)",
        cause);
  }
}
