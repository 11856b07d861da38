package io.jitmem.observe.tables;

import io.jitmem.ffm.NativeAccess;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory of the C library, for tables that others keep addresses of. An arena is not for that: to
 * end one that several threads may end asks every thread of the JVM, for each function that goes.
 * Thread-safe.
 */
public final class NativeBytes {
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private final MethodHandle malloc;
  private final MethodHandle free;

  /**
   * Binds the C library's functions.
   *
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public NativeBytes() {
    malloc = bind("malloc", FunctionDescriptor.of(POINTER, ValueLayout.JAVA_LONG));
    free = bind("free", FunctionDescriptor.ofVoid(POINTER));
  }

  private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
    MemorySegment function =
        Linker.nativeLinker()
            .defaultLookup()
            .find(name)
            .orElseThrow(
                () -> new UnsupportedOperationException("this system's C library has no " + name));
    return NativeAccess.handle(function, descriptor);
  }

  /**
   * A copy of some bytes, aligned to 16, which stays until it is freed.
   *
   * @throws OutOfMemoryError if there is no memory for it
   */
  public MemorySegment copyOf(byte[] bytes) {
    MemorySegment at = call(bytes.length);
    if (at.address() == 0) {
      throw new OutOfMemoryError("malloc has no " + bytes.length + " bytes");
    }
    return NativeAccess.memory(at.address(), bytes.length).copyFrom(MemorySegment.ofArray(bytes));
  }

  private MemorySegment call(long byteSize) {
    try {
      MemorySegment at = (MemorySegment) malloc.invokeExact(byteSize);
      return at;
    } catch (Throwable unexpected) {
      throw new AssertionError("malloc threw an exception", unexpected);
    }
  }

  /** Frees a copy, once; nobody may look at it any more. */
  public void free(MemorySegment copy) {
    try {
      free.invokeExact(copy);
    } catch (Throwable unexpected) {
      throw new AssertionError("free threw an exception", unexpected);
    }
  }
}
