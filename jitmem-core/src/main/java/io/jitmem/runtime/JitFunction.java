package io.jitmem.runtime;

import io.jitmem.runtime.guard.CallType;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Machine code in executable memory, ready to be called. Thread-safe.
 *
 * <p>There are two kinds of handles:
 *
 * <ul>
 *   <li>A <b>raw</b> one, {@link #handle()}, is what {@link Linker#downcallHandle} makes of the
 *       address, and costs the same to call. It does not know of {@link #close()}: to call it
 *       afterwards, or to close while a thread is inside, is what it is in C.
 *   <li>A <b>guarded</b> one, {@link #guardedHandle()}, counts its calls, which takes about ten
 *       nanoseconds more. Once the function, its scope or its runtime is closed, it throws {@link
 *       IllegalStateException}; the code of calls that are running then stays until they have left.
 * </ul>
 *
 * <p>Calls by raw handles and by address are not counted, so code that has handles of both kinds is
 * as safe as its raw ones are used.
 */
public final class JitFunction implements AutoCloseable {
  private final Tenure tenure;
  private final LoadedCode code;
  private final @Nullable BoundCall bound;

  JitFunction(Tenure tenure, LoadedCode code, @Nullable BoundCall bound) {
    this.tenure = tenure;
    this.code = code;
    this.bound = bound;
  }

  /**
   * The address to call. It does not keep the code of an {@linkplain JitRuntime#automaticScope()
   * automatic scope} alive.
   *
   * @return the address at which the code is entered
   * @throws IllegalStateException if the function is closed
   */
  public long address() {
    tenure.lifetime().requireOpen();
    return code.entry();
  }

  /**
   * The executable memory that the function takes; of a module's function, the whole module.
   *
   * @return the size in bytes, rounded up to the allocator's granularity
   * @throws IllegalStateException if the function is closed
   */
  public long byteSize() {
    tenure.lifetime().requireOpen();
    return code.span().byteSize();
  }

  /**
   * The raw handle that was bound when the function was added.
   *
   * @return always the same handle
   * @throws IllegalStateException if the function is closed, or was added without a {@link
   *     FunctionDescriptor}
   */
  public MethodHandle handle() {
    tenure.lifetime().requireOpen();
    return requireBound("handle").handle();
  }

  /**
   * Binds a raw handle. It takes microseconds for a descriptor that was used before and
   * milliseconds for a new one.
   *
   * @param descriptor the function's parameters and result
   * @param options as of {@link Linker#downcallHandle}
   * @return a new handle
   * @throws IllegalStateException if the function is closed
   * @throws IllegalArgumentException if the linker cannot call a function of this description
   * @throws UnsupportedOperationException if native access is denied to jitmem's core
   */
  public MethodHandle handle(FunctionDescriptor descriptor, Linker.Option... options) {
    return tenure.handle(code.entry(), CallType.of(descriptor, options));
  }

  /**
   * Binds a guarded handle of the type that the function was added with.
   *
   * @return a new handle, as by {@link #guardedHandle(FunctionDescriptor, Linker.Option...)}
   * @throws IllegalStateException if the function is closed, or was added without a {@link
   *     FunctionDescriptor}
   */
  public MethodHandle guardedHandle() {
    tenure.lifetime().requireOpen();
    return tenure.guardedHandle(code.entry(), requireBound("guardedHandle").type());
  }

  /**
   * Binds a guarded handle. It takes about a microsecond for a descriptor that was used before and
   * milliseconds for a new one.
   *
   * <p>The handle may be called by any thread, also by code that it calls itself, and the function
   * may be closed from inside. Calls of it throw {@link IllegalStateException} once the function is
   * closed. A call that is the last to leave closed code gives the memory back, and throws what
   * {@link #close()} would have thrown, after the code has run.
   *
   * @param descriptor the function's parameters and result
   * @param options as of {@link Linker#downcallHandle}
   * @return a new handle, of the same type as a raw one
   * @throws IllegalStateException if the function is closed
   * @throws IllegalArgumentException if the linker cannot call a function of this description
   * @throws UnsupportedOperationException if native access is denied to jitmem's core
   */
  public MethodHandle guardedHandle(FunctionDescriptor descriptor, Linker.Option... options) {
    tenure.lifetime().requireOpen();
    return tenure.guardedHandle(code.entry(), CallType.of(descriptor, options));
  }

  /**
   * The address of a symbol that the function's machine code defines for others.
   *
   * @param name the symbol's name
   * @return a segment of 0 bytes at its address, as lookups answer it
   * @throws IllegalArgumentException if the code defines no such symbol
   * @throws IllegalStateException if the function is closed
   */
  public MemorySegment symbol(String name) {
    return code.requireSymbol(name, tenure);
  }

  /**
   * The symbols that the function's machine code defines for others, to link what is added later
   * with it. That must not be called any more when this function is closed.
   *
   * @return a lookup, which throws {@link IllegalStateException} once the function is closed
   */
  public SymbolLookup symbols() {
    return code.lookup(tenure);
  }

  /**
   * Ends the function: guarded calls are refused from now on. If none is running, its code is
   * released, after a synchronisation of all cores if there is a guarded handle; else this returns
   * at once, and the last call to leave does so. No thread may be inside by a raw handle, or call
   * one afterwards.
   *
   * <p>A function of a {@link JitModule} ends the whole module.
   *
   * <p>Closing a second time, or after the runtime, does nothing but try again what could not be
   * done.
   *
   * @throws IllegalStateException if its memory was released through the runtime's allocator; the
   *     function is closed all the same
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take memory back, or to
   *     synchronise the cores; the function is closed all the same
   */
  @Override
  public void close() {
    tenure.lifetime().close();
  }

  @Override
  public String toString() {
    return "JitFunction[" + tenure.lifetime() + "]";
  }

  private BoundCall requireBound(String method) {
    if (bound == null) {
      throw new IllegalStateException(
          "the function was added without a descriptor: pass one to " + method + "(descriptor)");
    }
    return bound;
  }
}
