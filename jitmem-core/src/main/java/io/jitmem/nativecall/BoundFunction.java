package io.jitmem.nativecall;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A C function that is bound on its first call, so that opening a backend looks nothing up. {@code
 * handle} is written without a lock: two threads that race bind the same function twice, which is
 * harmless.
 */
public final class BoundFunction {
  private final NativeBinder binder;
  private final NativeFunction function;

  /** The type to be called with, or null for the function's own. */
  private final @Nullable MethodType type;

  private volatile @Nullable MethodHandle handle;

  /** A function to be bound by a binder. */
  public BoundFunction(NativeBinder binder, NativeFunction function) {
    this(binder, function, null);
  }

  /**
   * A function whose integers are as wide as each system has them, to be called with a type that is
   * the same everywhere.
   */
  public BoundFunction(NativeBinder binder, NativeFunction function, @Nullable MethodType type) {
    this.binder = binder;
    this.function = function;
    this.type = type;
  }

  /**
   * The handle to call.
   *
   * @throws UnsupportedOperationException if no library has the function
   */
  public MethodHandle handle() {
    MethodHandle bound = handle;
    if (bound == null) {
      Optional<MethodHandle> found = binder.bind(function);
      if (found.isEmpty()) {
        throw missing();
      }
      bound = found.get();
      if (type != null) {
        bound = MethodHandles.explicitCastArguments(bound, type);
      }
      handle = bound;
    }
    return bound;
  }

  /** Whether a library of this system has the function. */
  public boolean exists() {
    return handle != null || binder.bind(function).isPresent();
  }

  /**
   * What a handle threw, which no C function does: rethrown as it is, or wrapped if it is checked.
   */
  public static RuntimeException unexpected(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> throw new AssertionError("a native call threw a checked exception", thrown);
    };
  }

  private UnsupportedOperationException missing() {
    return new UnsupportedOperationException(
        "this system has no function "
            + function.symbol()
            + " in its C library"
            + (function.libraries().isEmpty() ? "" : " or in " + function.libraries()));
  }
}
