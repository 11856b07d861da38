package io.jitmem.shims;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The functions of a shim, of which one is called with other arguments: as a backend would call it
 * that had a number or the order of the arguments wrong.
 */
public sealed class MutatedCalls implements NativeBinder permits MutatedMacosCalls {
  final String function;
  private final UnixShim shim;
  private final Consumer<Object[]> change;

  /**
   * The functions of a shim but one.
   *
   * @param function the symbol of that one
   * @param change changes its arguments in place, as C counts them
   */
  public MutatedCalls(UnixShim shim, String function, Consumer<Object[]> change) {
    this.shim = shim;
    this.function = function;
    this.change = change;
  }

  @Override
  public final Optional<MethodHandle> bind(NativeFunction asked) {
    Optional<MethodHandle> bound = shim.bind(asked);
    return asked.symbol().equals(function)
        ? bound.map(handle -> changed(handle, asked.capturesErrno() ? 1 : 0))
        : bound;
  }

  @Override
  public final MemorySegment segment(long address, long byteSize, Arena arena) {
    return shim.segment(address, byteSize, arena);
  }

  final MethodHandle changed(MethodHandle handle, int firstArgument) {
    MethodType type = handle.type();
    try {
      MethodHandle call =
          MethodHandles.lookup()
              .bind(
                  this,
                  "call",
                  MethodType.methodType(
                      Object.class, MethodHandle.class, int.class, Object[].class));
      return MethodHandles.insertArguments(call, 0, handle, firstArgument)
          .asCollector(Object[].class, type.parameterCount())
          .asType(type);
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("no method to change arguments", impossible);
    }
  }

  @SuppressWarnings("unused") // called through a method handle
  private Object call(MethodHandle handle, int firstArgument, Object[] all) throws Throwable {
    Object[] arguments = Arrays.copyOfRange(all, firstArgument, all.length);
    change.accept(arguments);
    System.arraycopy(arguments, 0, all, firstArgument, arguments.length);
    return handle.invokeWithArguments(all);
  }
}
