package io.jitmem.windows;

import io.jitmem.nativecall.CapturedError;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Consumer;

/** A shim's calls, of which one function is called with other arguments than were given. */
final class MutatingBinder implements WindowsBinder {
  private final WindowsBinder real;
  private final String mutated;
  private final Consumer<Object[]> mutation;

  MutatingBinder(Shim shim, String mutated, Consumer<Object[]> mutation) {
    real = shim.binder();
    this.mutated = mutated;
    this.mutation = mutation;
  }

  @Override
  public CapturedError error() {
    return real.error();
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return real.segment(address, byteSize, arena);
  }

  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    return real.bind(function)
        .map(handle -> function.symbol().equals(mutated) ? mutated(handle) : handle);
  }

  private MethodHandle mutated(MethodHandle handle) {
    MethodType type = handle.type();
    try {
      MethodHandle call =
          MethodHandles.lookup()
              .bind(
                  this,
                  "call",
                  MethodType.methodType(Object.class, MethodHandle.class, Object[].class));
      return MethodHandles.insertArguments(call, 0, handle)
          .asCollector(Object[].class, type.parameterCount())
          .asType(type);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("no method to mutate calls", impossible);
    }
  }

  @SuppressWarnings("unused") // called through a method handle
  Object call(MethodHandle handle, Object[] arguments) throws Throwable {
    mutation.accept(arguments);
    return handle.invokeWithArguments(arguments);
  }
}
