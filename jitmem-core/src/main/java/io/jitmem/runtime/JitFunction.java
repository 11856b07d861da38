package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.ffm.NativeAccess;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Machine code in executable memory, ready to be called. Thread-safe.
 *
 * <p>Its handles are what {@link Linker#downcallHandle} makes of its address, and cost the same to
 * call. They do not know of {@link #close()}: to call one afterwards, or to close while a thread is
 * inside, is what it is in C.
 */
public final class JitFunction implements AutoCloseable {
  private final JitAllocator allocator;
  private final Span span;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final @Nullable MethodHandle handle;

  JitFunction(JitAllocator allocator, Span span, @Nullable MethodHandle handle) {
    this.allocator = allocator;
    this.span = span;
    this.handle = handle;
  }

  /**
   * The address to call.
   *
   * @return the address of the code's first byte
   * @throws IllegalStateException if the function is closed
   */
  public long address() {
    requireOpen();
    return span.address();
  }

  /**
   * The executable memory that the function takes.
   *
   * @return the size in bytes, rounded up to the allocator's granularity
   * @throws IllegalStateException if the function is closed
   */
  public long byteSize() {
    requireOpen();
    return span.byteSize();
  }

  /**
   * The handle that was bound when the function was added.
   *
   * @return always the same handle
   * @throws IllegalStateException if the function is closed, or was added without a {@link
   *     FunctionDescriptor}
   */
  public MethodHandle handle() {
    requireOpen();
    if (handle == null) {
      throw new IllegalStateException(
          "the function was added without a descriptor: pass one to handle(descriptor)");
    }
    return handle;
  }

  /**
   * Binds a handle. It takes microseconds for a descriptor that was used before and milliseconds
   * for a new one.
   *
   * @param descriptor the function's parameters and result
   * @param options as of {@link Linker#downcallHandle}
   * @return a new handle
   * @throws IllegalStateException if the function is closed
   * @throws IllegalArgumentException if the linker cannot call a function of this description
   * @throws UnsupportedOperationException if native access is denied to jitmem's core
   */
  public MethodHandle handle(FunctionDescriptor descriptor, Linker.Option... options) {
    return NativeAccess.handle(address(), descriptor, options);
  }

  /**
   * Releases the code. No thread may be inside, or call it afterwards. Closing a second time, or
   * after the runtime, does nothing.
   *
   * @throws IllegalStateException if the code is being written through the runtime's allocator
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true) || allocator.isClosed()) {
      return;
    }
    try {
      allocator.release(span);
    } catch (IllegalStateException beingWritten) {
      closed.set(false);
      throw beingWritten;
    }
  }

  @Override
  public String toString() {
    return "JitFunction[" + span + "]";
  }

  private void requireOpen() {
    if (closed.get() || allocator.isClosed()) {
      throw new IllegalStateException(this + " is closed");
    }
  }
}
