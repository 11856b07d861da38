package io.jitmem.shims;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The functions of a shim, of which one is called with other arguments: as a backend would call it
 * that had a number or the order of the arguments wrong.
 *
 * @param function the symbol of that one
 * @param change changes its arguments in place, as C counts them
 */
public record MutatedCalls(BsdShim shim, String function, Consumer<Object[]> change)
    implements NativeBinder {
  @Override
  public Optional<MethodHandle> bind(NativeFunction asked) {
    Optional<MethodHandle> bound = shim.bind(asked);
    return asked.symbol().equals(function) ? bound.map(this::changed) : bound;
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return shim.segment(address, byteSize, arena);
  }

  private MethodHandle changed(MethodHandle handle) {
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
      throw new LinkageError("no method to change arguments", impossible);
    }
  }

  @SuppressWarnings("unused") // called through a method handle
  private Object call(MethodHandle handle, Object[] withState) throws Throwable {
    Object[] arguments = new Object[withState.length - 1];
    System.arraycopy(withState, 1, arguments, 0, arguments.length);
    change.accept(arguments);
    System.arraycopy(arguments, 0, withState, 1, arguments.length);
    return handle.invokeWithArguments(withState);
  }
}
