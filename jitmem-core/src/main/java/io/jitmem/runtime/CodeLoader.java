package io.jitmem.runtime;

import io.jitmem.allocator.JitAllocator;
import io.jitmem.allocator.Span;
import io.jitmem.code.MachineCode;
import io.jitmem.runtime.guard.CallType;
import org.jspecify.annotations.Nullable;

/**
 * Adds code to a runtime, for the runtime itself or a scope of it.
 *
 * @param live the runtime's code
 * @param scope what the code belongs to, if not to the runtime alone
 * @param automatic whether code ends when it cannot be called any more
 */
record CodeLoader(LiveCode live, @Nullable JitScope scope, boolean automatic) {
  JitFunction add(MachineCode code) {
    return load(code, null);
  }

  JitFunction add(MachineCode code, CallType type) {
    return load(code, type);
  }

  private JitFunction load(MachineCode code, @Nullable CallType type) {
    live.requireOpen();
    Span span = place(code);
    CodeLifetime lifetime =
        new CodeLifetime(live, new CodeMemory.OfSpan(live.allocator(), span), scope);
    try {
      Tenure tenure = begin(lifetime);
      return new JitFunction(
          tenure,
          span,
          type == null ? null : new BoundCall(type, tenure.handle(span.address(), type)));
    } catch (RuntimeException failure) {
      close(lifetime, failure);
      throw failure;
    }
  }

  /** A share in a life that begins. */
  private Tenure begin(CodeLifetime lifetime) {
    Tenure tenure = automatic ? Tenure.untilUnreachable(lifetime) : Tenure.untilClosed(lifetime);
    if (scope != null) {
      scope.adopt(lifetime);
    }
    return tenure;
  }

  private Span place(MachineCode code) {
    JitAllocator allocator = live.allocator();
    Span span = allocator.allocate(code.byteSize());
    try {
      allocator.write(span, 0, code.plainBytes().orElseThrow());
      return span;
    } catch (RuntimeException failure) {
      release(allocator, span, failure);
      throw failure;
    }
  }

  private static void release(JitAllocator allocator, Span span, RuntimeException failure) {
    try {
      allocator.release(span);
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  private static void close(CodeLifetime lifetime, RuntimeException failure) {
    try {
      lifetime.close();
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }
}
