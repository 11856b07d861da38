package io.jitmem.runtime.guard;

import static java.lang.invoke.MethodHandles.dropArguments;
import static java.lang.invoke.MethodHandles.foldArguments;
import static java.lang.invoke.MethodHandles.identity;
import static java.lang.invoke.MethodHandles.insertArguments;
import static java.lang.invoke.MethodHandles.tryFinally;
import static java.lang.invoke.MethodType.methodType;

import io.jitmem.ffm.NativeAccess;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Handles that count their calls at a {@link CallGuard}. What is costly about one is made once for
 * each {@link CallType}, its <em>shape</em>, with the guard and the target still parameters; a
 * function's own handle is the shape with both bound, for which no class is spun.
 *
 * <p>The call is inside {@code try}: before it gets to the code, it may refuse an argument.
 */
public final class GuardedCalls {
  /** More types than any program has by intent; those that make them up at run time start anew. */
  static final int MOST_SHAPES = 512;

  private static final MethodHandle ENTER;
  private static final MethodHandle LEAVE;
  private static final Map<CallType, MethodHandle> SHAPES = new ConcurrentHashMap<>();

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      ENTER = lookup.findVirtual(CallGuard.class, "enter", methodType(int.class));
      LEAVE =
          lookup.findStatic(
              GuardedCalls.class,
              "leave",
              methodType(void.class, Throwable.class, int.class, CallGuard.class));
    } catch (ReflectiveOperationException missing) {
      throw new LinkageError("jitmem is incomplete", missing);
    }
  }

  private GuardedCalls() {}

  /**
   * A handle that calls the code at a target while a guard counts the call. The target's scope is
   * kept alive by the handle, and during each call.
   *
   * @throws IllegalArgumentException if the linker cannot call a function of this type
   * @throws UnsupportedOperationException if native access is denied to this module
   */
  public static MethodHandle bind(CallGuard guard, MemorySegment target, CallType type) {
    return insertArguments(shape(type), 0, guard, target);
  }

  /** The number of types whose shape is known. */
  static int shapeCount() {
    return SHAPES.size();
  }

  private static MethodHandle shape(CallType type) {
    MethodHandle known = SHAPES.get(type);
    if (known != null) {
      return known;
    }
    MethodHandle made = make(NativeAccess.unboundHandle(type.descriptor(), type.optionArray()));
    if (SHAPES.size() >= MOST_SHAPES) {
      SHAPES.clear();
    }
    SHAPES.put(type, made);
    return made;
  }

  /** From {@code (target, arguments...)} to {@code (guard, target, arguments...)}. */
  private static MethodHandle make(MethodHandle call) {
    MethodHandle inside = dropArguments(call, 0, int.class, CallGuard.class);
    return foldArguments(tryFinally(inside, cleanup(call.type().returnType())), ENTER);
  }

  /** What {@code tryFinally} wants: the result goes through. */
  private static MethodHandle cleanup(Class<?> result) {
    if (result == void.class) {
      return LEAVE;
    }
    MethodHandle leave = dropArguments(LEAVE, 1, result);
    MethodHandle keep =
        dropArguments(
            dropArguments(identity(result), 1, int.class, CallGuard.class), 0, Throwable.class);
    return foldArguments(keep, leave);
  }

  /** The call's own failure is what its caller gets to see first. */
  static void leave(@Nullable Throwable thrown, int cell, CallGuard guard) {
    if (thrown == null) {
      guard.leave(cell);
    } else {
      leaveAfter(thrown, cell, guard);
    }
  }

  private static void leaveAfter(Throwable thrown, int cell, CallGuard guard) {
    try {
      guard.leave(cell);
    } catch (RuntimeException alsoFailed) {
      thrown.addSuppressed(alsoFailed);
    }
  }
}
