package io.jitmem.tests;

import static org.junit.jupiter.api.Assumptions.abort;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.WriteStrategy;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.JitModule;
import io.jitmem.runtime.JitRuntime;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.stream.Stream;

/** Objects that were linked together with the C library, in memory of their own. */
@SuppressWarnings("restricted") // makes upcall stubs as users do
final class LinkedObjects implements AutoCloseable {
  private final JitRuntime runtime;
  private final JitModule module;

  private LinkedObjects(JitRuntime runtime, JitModule module) {
    this.runtime = runtime;
    this.module = module;
  }

  /** The ways to write code that this system may have. */
  static List<WriteStrategy> strategies() {
    return Stream.of(WriteStrategy.values())
        .filter(strategy -> strategy != WriteStrategy.MAP_JIT)
        .toList();
  }

  /** Links objects; skips the test if an emulator has no such way to write code. */
  static LinkedObjects link(WriteStrategy strategy, List<MachineCode> codes) {
    return link(strategy, codes, Linker.nativeLinker().defaultLookup());
  }

  /** Links objects with what a lookup finds. */
  static LinkedObjects link(WriteStrategy strategy, List<MachineCode> codes, SymbolLookup lookup) {
    JitRuntime runtime = JitRuntime.over(allocator(strategy));
    try {
      return new LinkedObjects(runtime, runtime.addModule(codes, lookup));
    } catch (RuntimeException failed) {
      runtime.close();
      throw failed;
    }
  }

  private static JitAllocator allocator(WriteStrategy strategy) {
    Emulation.assumeOffered(strategy);
    return JitAllocator.builder().strategy(strategy).build();
  }

  JitModule module() {
    return module;
  }

  long spanCount() {
    return runtime.allocator().statistics().spanCount();
  }

  /** The symbols of a shared library, as long as an arena. */
  static SymbolLookup library(String name, Arena arena) {
    try {
      return SymbolLookup.libraryLookup(name, arena);
    } catch (IllegalArgumentException notFound) {
      return abort("there is no " + name);
    }
  }

  /** A handle for a function. */
  MethodHandle handle(String name, FunctionDescriptor type) {
    return module.function(name).handle(type);
  }

  /** A handle for a function with a result. */
  MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
    return handle(name, FunctionDescriptor.of(result, parameters));
  }

  /** A handle for a function without a result. */
  MethodHandle procedure(String name, MemoryLayout... parameters) {
    return handle(name, FunctionDescriptor.ofVoid(parameters));
  }

  /** A function pointer to a Java method. */
  static MemorySegment upcall(MethodHandle method, FunctionDescriptor type, Arena arena) {
    return Linker.nativeLinker().upcallStub(method, type, arena);
  }

  @Override
  public void close() {
    module.close();
    runtime.close();
  }
}
