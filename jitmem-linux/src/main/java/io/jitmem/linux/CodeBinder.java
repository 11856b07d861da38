package io.jitmem.linux;

import io.jitmem.nativecall.NativeBinder;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Binds machine code of the backend's own, too. */
interface CodeBinder extends NativeBinder {
  /** The handle that calls the code at an address. */
  MethodHandle code(long address, FunctionDescriptor descriptor);
}
