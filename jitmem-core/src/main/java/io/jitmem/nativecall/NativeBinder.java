package io.jitmem.nativecall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The restricted calls that a backend makes on behalf of this package, with its own permission. */
public interface NativeBinder {
  /** Binds a C function, or answers empty where no library of this system has it. */
  Optional<MethodHandle> bind(NativeFunction function);

  /** A segment over mapped memory that lives as long as an arena does. */
  MemorySegment segment(long address, long byteSize, Arena arena);
}
