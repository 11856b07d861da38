package io.jitmem.runtime;

import io.jitmem.ffm.NativeAccess;
import io.jitmem.runtime.guard.CallType;
import io.jitmem.runtime.guard.GuardedCalls;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * A share in the life of code, for the objects that a user holds: functions and handles.
 *
 * @param lifetime the life
 * @param addresses the address space, for code that ends when nobody can call it any more: with a
 *     scope that ends when no share and no handle is reachable
 */
record Tenure(CodeLifetime lifetime, @Nullable MemorySegment addresses) {
  /** A share in code that lives until it is closed. */
  static Tenure untilClosed(CodeLifetime lifetime) {
    return new Tenure(lifetime, null);
  }

  /** A share in code that lives until it is closed, or cannot be called any more. */
  static Tenure untilUnreachable(CodeLifetime lifetime) {
    return new Tenure(lifetime, NativeAccess.addressesUntilUnreachable(lifetime::closeUnreachable));
  }

  /** A raw handle to what is at an address. */
  MethodHandle handle(long address, CallType type) {
    lifetime.requireOpen();
    return NativeAccess.handle(target(address), type.descriptor(), type.optionArray());
  }

  /** A guarded handle to what is at an address. */
  MethodHandle guardedHandle(long address, CallType type) {
    return GuardedCalls.bind(lifetime.guard(), target(address), type);
  }

  /** What is at an address, as something that keeps this share. */
  MemorySegment target(long address) {
    return addresses == null ? MemorySegment.ofAddress(address) : addresses.asSlice(address, 0);
  }
}
