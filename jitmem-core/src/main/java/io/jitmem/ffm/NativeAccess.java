package io.jitmem.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The restricted calls of this module, in one place: binding a handle to generated code, bounding
 * the life of a writable view, looking at memory by its address, and loading a shared library. They
 * need {@code --enable-native-access=io.jitmem.core}.
 */
@SuppressWarnings("restricted")
public final class NativeAccess {
  private NativeAccess() {}

  /**
   * A handle that calls the code where a segment starts. It keeps the segment's scope alive.
   *
   * @throws IllegalArgumentException if the linker cannot call a function of this description
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MethodHandle handle(
      MemorySegment target, FunctionDescriptor descriptor, Linker.Option... options) {
    try {
      return Linker.nativeLinker().downcallHandle(target, descriptor, options);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  /**
   * A handle that calls the code at the address that it is given as its first argument.
   *
   * @throws IllegalArgumentException if the linker cannot call a function of this description
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MethodHandle unboundHandle(
      FunctionDescriptor descriptor, Linker.Option... options) {
    try {
      return Linker.nativeLinker().downcallHandle(descriptor, options);
    } catch (IllegalCallerException denied) {
      throw denied(denied);
    }
  }

  /**
   * The whole address space, as a segment with a scope of its own that ends when neither it nor a
   * slice of it, nor a handle bound to one, is reachable any more and no call of such a handle
   * runs. To get at memory through it is not what it is for.
   *
   * @param whenUnreachable is run then by a thread of the JDK; must not refer to the segment
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MemorySegment addressesUntilUnreachable(Runnable whenUnreachable) {
    try {
      return MemorySegment.NULL.reinterpret(
          Long.MAX_VALUE, Arena.ofAuto(), all -> whenUnreachable.run());
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
   * Memory at an address, which the caller knows to be there as long as it uses the segment.
   *
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MemorySegment memory(long address, long byteSize) {
    try {
      return MemorySegment.ofAddress(address).reinterpret(byteSize);
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
