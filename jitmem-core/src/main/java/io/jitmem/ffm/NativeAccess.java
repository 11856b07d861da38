package io.jitmem.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The restricted calls of this module, in one place: binding a handle to generated code, bounding
 * the life of a writable view, and loading a shared library. They need {@code
 * --enable-native-access=io.jitmem.core}.
 */
@SuppressWarnings("restricted")
public final class NativeAccess {
  private NativeAccess() {}

  /**
   * A handle that calls the code at an address.
   *
   * @throws IllegalArgumentException if the linker cannot call a function of this description
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MethodHandle handle(
      long address, FunctionDescriptor descriptor, Linker.Option... options) {
    try {
      return Linker.nativeLinker()
          .downcallHandle(MemorySegment.ofAddress(address), descriptor, options);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  /**
   * The same memory as a segment that lives only as long as an arena, whatever the life of the
   * original.
   *
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MemorySegment bounded(MemorySegment segment, Arena arena) {
    try {
      return segment.reinterpret(arena, null);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  /**
   * The symbols of a shared library, which stays loaded as long as an arena.
   *
   * @throws IllegalArgumentException if the system finds no such library
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static SymbolLookup library(String name, Arena arena) {
    try {
      return SymbolLookup.libraryLookup(name, arena);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  private static UnsupportedOperationException denied(IllegalCallerException cause) {
    return new UnsupportedOperationException(
        "native access is denied to jitmem's core: start Java with --enable-native-access=io.jitmem.core"
            + " (ALL-UNNAMED on the class path)",
        cause);
  }
}
