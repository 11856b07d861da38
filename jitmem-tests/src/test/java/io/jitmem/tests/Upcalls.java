package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.IntSupplier;

/** Java code that machine code calls, and calls of {@link SampleCode#CALL} with it. */
@SuppressWarnings("restricted") // upcall stubs are for tests to make
final class Upcalls {
  private static final MethodHandle GET;

  static {
    try {
      GET =
          MethodHandles.publicLookup()
              .findVirtual(IntSupplier.class, "getAsInt", MethodType.methodType(int.class));
    } catch (ReflectiveOperationException missing) {
      throw new LinkageError("no IntSupplier", missing);
    }
  }

  private Upcalls() {}

  /** {@code int f(void)} that asks a supplier, which may throw nothing, or the JVM ends. */
  static MemorySegment of(Arena arena, IntSupplier supplier) {
    return Linker.nativeLinker()
        .upcallStub(GET.bindTo(supplier), FunctionDescriptor.of(JAVA_INT), arena);
  }

  /** Calls {@link SampleCode#CALL} by a handle; unchecked exceptions come through. */
  static int call(MethodHandle handle, MemorySegment function) {
    try {
      return (int) handle.invokeExact(function);
    } catch (RuntimeException | Error unchecked) {
      throw unchecked;
    } catch (Throwable checked) {
      throw new IllegalStateException(checked);
    }
  }
}
