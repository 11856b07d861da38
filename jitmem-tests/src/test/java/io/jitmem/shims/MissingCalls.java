package io.jitmem.shims;

import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.Set;

/** The functions of a shim, of which some are not there. */
public record MissingCalls(UnixShim shim, Set<String> missing) implements NativeBinder {
  @Override
  public Optional<MethodHandle> bind(NativeFunction function) {
    return missing.contains(function.symbol()) ? Optional.empty() : shim.bind(function);
  }

  @Override
  public MemorySegment segment(long address, long byteSize, Arena arena) {
    return shim.segment(address, byteSize, arena);
  }
}
