package io.jitmem.macos;

import io.jitmem.nativecall.NativeBinder;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.OptionalLong;

/** Binds machine code of the backend's own, too, and finds symbols that are not to be called. */
public interface MacosBinder extends NativeBinder {
  /** The handle that calls the code at an address. */
  MethodHandle code(long address, FunctionDescriptor descriptor);

  /** The address of a variable, or of a function that only native code may call. */
  OptionalLong symbol(String name);
}
