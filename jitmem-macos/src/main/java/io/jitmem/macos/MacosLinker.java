package io.jitmem.macos;

import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The restricted calls of this module, in one place. They need native access for {@code
 * io.jitmem.macos}. What the default look-up does not have is looked for in libSystem, whose parts
 * the system's loader has in every process.
 */
@SuppressWarnings("restricted")
final class MacosLinker implements MacosBinder {
  private static final String LIB_SYSTEM = "/usr/lib/libSystem.B.dylib";

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    try {
      return find(function.symbol())
          .map(symbol ->
              Linker.nativeLinker()
                  .downcallHandle(symbol, function.descriptor(), function.options()));
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

  @Override
  public MethodHandle code(long address, FunctionDescriptor descriptor) {
    try {
      return Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(address), descriptor);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  @Override
  public OptionalLong symbol(String name) {
    try {
      return find(name).map(found -> OptionalLong.of(found.address())).orElse(OptionalLong.empty());
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  private static Optional<MemorySegment> find(String name) {
    return Linker.nativeLinker().defaultLookup().find(name).or(() -> findInLibSystem(name));
  }

  private static Optional<MemorySegment> findInLibSystem(String name) {
    try {
      return SymbolLookup.libraryLookup(LIB_SYSTEM, Arena.global()).find(name);
    } catch (IllegalArgumentException notThere) {
      return Optional.empty();
    }
  }

  private static UnsupportedOperationException denied(IllegalCallerException cause) {
    return new UnsupportedOperationException(
        "native access is denied to jitmem's macOS backend: start Java with"
            + " --enable-native-access=io.jitmem.core,io.jitmem.macos (ALL-UNNAMED on the class path)",
        cause);
  }
}
