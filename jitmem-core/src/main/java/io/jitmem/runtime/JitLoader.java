package io.jitmem.runtime;

import io.jitmem.code.MachineCode;
import io.jitmem.runtime.guard.CallType;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.util.List;

/**
 * What machine code is added to: a runtime, or a scope of it. Thread-safe.
 *
 * <p>Whatever is added is all there or not at all: if a method throws, nothing stays allocated.
 * Errors of the system arrive as {@link io.jitmem.virtmem.VirtMemException}, those of linking as
 * {@link io.jitmem.code.LinkException}; code for another CPU than this JVM's is an {@link
 * IllegalArgumentException}.
 *
 * <p>Code is put where the allocator has room. Calls and jumps reach everything from there, through
 * an address table behind the code where the target is too far; constants and variables are put
 * near the code. Functions that initialise something ({@link
 * io.jitmem.code.Section.Kind#INITIALIZERS}) are called by the thread that adds, once everything
 * can be executed, before the method returns.
 */
public abstract sealed class JitLoader implements AutoCloseable permits JitRuntime, JitScope {
  JitLoader() {}

  abstract CodeLoader loader();

  /**
   * Adds code that refers to nothing outside.
   *
   * @param code the code
   * @return the function, without a handle yet
   * @throws IllegalArgumentException if there is no code to enter, or it is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.code.LinkException if it cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final JitFunction add(MachineCode code) {
    return loader().add(code, null, null);
  }

  /**
   * Adds code that refers to nothing outside, and binds a raw handle to it.
   *
   * @param code the code
   * @param descriptor the function's parameters and result
   * @param options as of {@link Linker#downcallHandle}; {@link Linker.Option#critical} is for
   *     functions that end within microseconds, since the garbage collector waits for them
   * @return the function
   * @throws IllegalArgumentException if the linker cannot call a function of this description, or
   *     there is no code to enter, or it is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws UnsupportedOperationException if native access is denied to jitmem's core
   * @throws io.jitmem.code.LinkException if it cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final JitFunction add(
      MachineCode code, FunctionDescriptor descriptor, Linker.Option... options) {
    return loader().add(code, null, CallType.of(descriptor, options));
  }

  /**
   * Adds code.
   *
   * @param code the code
   * @param lookup finds what it leaves undefined: {@link Linker#defaultLookup()}, a library's, the
   *     {@link JitFunction#symbols()} of another function or {@link JitModule#symbols()} of a
   *     module, or one that answers upcall stubs; what it answers must live as long as the code
   * @return the function, without a handle yet
   * @throws IllegalArgumentException if there is no code to enter, or it is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.code.LinkException if it cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final JitFunction add(MachineCode code, SymbolLookup lookup) {
    return loader().add(code, lookup, null);
  }

  /**
   * Adds code and binds a raw handle to it.
   *
   * @param code the code
   * @param lookup finds what it leaves undefined, as in {@link #add(MachineCode, SymbolLookup)}
   * @param descriptor the function's parameters and result
   * @param options as of {@link Linker#downcallHandle}
   * @return the function
   * @throws IllegalArgumentException if the linker cannot call a function of this description, or
   *     there is no code to enter, or it is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws UnsupportedOperationException if native access is denied to jitmem's core
   * @throws io.jitmem.code.LinkException if it cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final JitFunction add(
      MachineCode code,
      SymbolLookup lookup,
      FunctionDescriptor descriptor,
      Linker.Option... options) {
    return loader().add(code, lookup, CallType.of(descriptor, options));
  }

  /**
   * Adds many functions with one publication. They may refer to each other's symbols; each is
   * closed by itself, and what another refers to must stay open as long as that is called. Through
   * an {@linkplain JitRuntime#automaticScope() automatic scope} they end together.
   *
   * @param codes the code of each function
   * @param lookup finds what none of them defines, as in {@link #add(MachineCode, SymbolLookup)}
   * @return the functions, in the same order, without handles yet
   * @throws IllegalArgumentException if some of it has no code to enter, or is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.code.LinkException if they cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final List<JitFunction> addAll(List<MachineCode> codes, SymbolLookup lookup) {
    return loader().addAll(codes, lookup);
  }

  /**
   * Adds many functions that refer to nothing outside with one publication, as {@link #addAll(List,
   * SymbolLookup)}.
   *
   * @param codes the code of each function
   * @return the functions, in the same order, without handles yet
   * @throws IllegalArgumentException if some of it has no code to enter, or is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.code.LinkException if they cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final List<JitFunction> addAll(List<MachineCode> codes) {
    return loader().addAll(codes, null);
  }

  /**
   * Links machine code into one module, such as the object files of a library.
   *
   * @param codes the code, which may refer to each other's symbols
   * @param lookup finds what none of it defines, as in {@link #add(MachineCode, SymbolLookup)}
   * @return the module
   * @throws IllegalArgumentException if there is none, or some of it is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.code.LinkException if it cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final JitModule addModule(List<MachineCode> codes, SymbolLookup lookup) {
    return loader().addModule(codes, lookup);
  }

  /**
   * Makes a module of machine code that refers to nothing outside, as {@link #addModule(List,
   * SymbolLookup)}.
   *
   * @param code the code
   * @return the module
   * @throws IllegalArgumentException if it is for another CPU
   * @throws IllegalStateException if this is closed
   * @throws io.jitmem.code.LinkException if it cannot be linked
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory
   */
  public final JitModule addModule(MachineCode code) {
    return loader().addModule(List.of(code), null);
  }

  /** Ends what was added. */
  @Override
  public abstract void close();
}
