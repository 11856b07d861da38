package io.jitmem.observe.unwind;

import io.jitmem.ffm.NativeAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** gcc's unwinder, which keeps the frames that it is given; thread-safe. */
final class FrameRegistry {
  private static final String LIBRARY = "libgcc_s.so.1";

  /** LLVM's unwinder has the same functions, but takes one record by each call. */
  private static final String OF_LLVM_ALONE = "__unw_add_dynamic_fde";

  private static final FunctionDescriptor TAKES_FRAMES =
      FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);

  private final MethodHandle register;
  private final MethodHandle deregister;

  /**
   * Binds the functions of the library, which is never unloaded then: it may be in use anywhere.
   *
   * @throws UnsupportedOperationException if there is no such library, or it is another one
   */
  FrameRegistry() {
    SymbolLookup symbols = library();
    if (symbols.find(OF_LLVM_ALONE).isPresent()) {
      throw new UnsupportedOperationException(
          LIBRARY + " is LLVM's here, which takes frames in another way; gcc's is needed");
    }
    register = bind(symbols, "__register_frame");
    deregister = bind(symbols, "__deregister_frame");
  }

  private static SymbolLookup library() {
    try {
      return NativeAccess.library(LIBRARY, Arena.global());
    } catch (IllegalArgumentException absent) {
      throw new UnsupportedOperationException(
          LIBRARY
              + " is not found, which unwinds in this process: install gcc's runtime library"
              + " (package libgcc-s1 of Debian, libgcc of Fedora and Alpine)",
          absent);
    }
  }

  private static MethodHandle bind(SymbolLookup symbols, String name) {
    MemorySegment function =
        symbols
            .find(name)
            .orElseThrow(() -> new UnsupportedOperationException(LIBRARY + " has no " + name));
    return NativeAccess.handle(function, TAKES_FRAMES);
  }

  /** Takes frames, ended by a zero, which stay where they are until they are given back. */
  void register(MemorySegment frames) {
    try {
      register.invokeExact(frames);
    } catch (Throwable unexpected) {
      throw new AssertionError("a C function threw an exception", unexpected);
    }
  }

  /** Gives frames back, once: the library ends the process for any that it does not know. */
  void deregister(MemorySegment frames) {
    try {
      deregister.invokeExact(frames);
    } catch (Throwable unexpected) {
      throw new AssertionError("a C function threw an exception", unexpected);
    }
  }
}
