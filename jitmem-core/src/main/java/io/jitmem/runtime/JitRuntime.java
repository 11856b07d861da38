package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.code.MachineCode;
import io.jitmem.ffm.NativeAccess;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Turns machine code into functions that Java can call. Thread-safe; {@link #close()} ends every
 * function of it.
 */
public final class JitRuntime implements AutoCloseable {
  private final JitAllocator allocator;

  private JitRuntime(JitAllocator allocator) {
    this.allocator = allocator;
  }

  /**
   * A runtime over an allocator with the default options.
   *
   * @return a new runtime
   * @throws UnsupportedOperationException if there is no backend for this system
   */
  public static JitRuntime create() {
    return over(JitAllocator.create());
  }

  /**
   * A runtime over an allocator.
   *
   * @param allocator where code is put; closed together with the runtime
   * @return a new runtime
   */
  public static JitRuntime over(JitAllocator allocator) {
    return new JitRuntime(allocator);
  }

  /**
   * The allocator that code is put into.
   *
   * @return the allocator
   */
  public JitAllocator allocator() {
    return allocator;
  }

  /**
   * Adds code.
   *
   * @param code the code
   * @return the function, without a handle yet
   * @throws IllegalStateException if the runtime is closed
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory; nothing stays
   *     allocated
   */
  public JitFunction add(MachineCode code) {
    return new JitFunction(allocator, place(code), null);
  }

  /**
   * Adds code and binds a handle to it.
   *
   * @param code the code
   * @param descriptor the function's parameters and result
   * @param options as of {@link Linker#downcallHandle}; {@link Linker.Option#critical} is for
   *     functions that end within microseconds, since the garbage collector waits for them
   * @return the function
   * @throws IllegalArgumentException if the linker cannot call a function of this description;
   *     nothing stays allocated
   * @throws IllegalStateException if the runtime is closed
   * @throws UnsupportedOperationException if native access is denied to jitmem's core; nothing
   *     stays allocated
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses memory; nothing stays
   *     allocated
   */
  public JitFunction add(
      MachineCode code, FunctionDescriptor descriptor, Linker.Option... options) {
    Span span = place(code);
    try {
      MethodHandle handle = NativeAccess.handle(span.address(), descriptor, options);
      return new JitFunction(allocator, span, handle);
    } catch (RuntimeException failure) {
      release(span, failure);
      throw failure;
    }
  }

  /**
   * Closes the allocator, and with it every function. No thread may be inside one.
   *
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses to take memory back
   */
  @Override
  public void close() {
    allocator.close();
  }

  private Span place(MachineCode code) {
    Span span = allocator.allocate(code.byteSize());
    try {
      allocator.write(span, 0, code.plainBytes().orElseThrow());
      return span;
    } catch (RuntimeException failure) {
      release(span, failure);
      throw failure;
    }
  }

  private void release(Span span, RuntimeException failure) {
    try {
      allocator.release(span);
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }
}
