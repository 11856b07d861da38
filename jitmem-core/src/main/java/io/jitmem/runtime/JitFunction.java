package io.jitmem.runtime;

import io.jitmem.allocator.Span;
import io.jitmem.runtime.guard.CallType;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
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
  private final Span span;
  private final @Nullable BoundCall bound;

  JitFunction(Tenure tenure, Span span, @Nullable BoundCall bound) {
    this.tenure = tenure;
    this.span = span;
    this.bound = bound;
  }

  /**
   * The address to call. It does not keep the code of an {@linkplain JitRuntime#automaticScope()
   * automatic scope} alive.
   *
   * @return the address of the code's first byte
   * @throws IllegalStateException if the function is closed
   */
  public long address() {
    tenure.lifetime().requireOpen();
    return span.address();
  }

  /**
   * The executable memory that the function takes.
   *
   * @return the size in bytes, rounded up to the allocator's granularity
   * @throws IllegalStateException if the function is closed
   */
  public long byteSize() {
    tenure.lifetime().requireOpen();
    return span.byteSize();
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
    return tenure.handle(span.address(), CallType.of(descriptor, options));
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
    return tenure.guardedHandle(span.address(), requireBound("guardedHandle").type());
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
    return tenure.guardedHandle(span.address(), CallType.of(descriptor, options));
  }

  /**
   * Ends the function: guarded calls are refused from now on. If none is running, its code is
   * released, after a synchronisation of all cores if there is a guarded handle; else this returns
   * at once, and the last call to leave does so. No thread may be inside by a raw handle, or call
   * one afterwards.
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
