package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import java.lang.foreign.MemorySegment;
import java.util.function.IntToLongFunction;

/** The call on Control Flow Guard's list of places where checked calls may enter. */
final class CallTargetCalls {
  private final WindowsBinder binder;
  private final ProcessCalls process;
  private final BoundFunction setProcessValidCallTargets;

  CallTargetCalls(WindowsBinder binder, ProcessCalls process) {
    this.binder = binder;
    this.process = process;
    setProcessValidCallTargets =
        new BoundFunction(binder, WindowsFunctions.SET_PROCESS_VALID_CALL_TARGETS);
  }

  /** Whether this system has it. */
  boolean exists() {
    return setProcessValidCallTargets.exists();
  }

  /**
   * Marks places in some pages.
   *
   * @param base the start of a page
   * @param byteSize whole pages of one allocation or view
   * @param count how many places there are
   * @param offsets where each is, from the base, ascending
   * @param flags {@code CFG_CALL_TARGET_VALID} so that calls may enter there, or 0
   */
  void mark(long base, long byteSize, int count, IntToLongFunction offsets, long flags) {
    long self = process.currentProcess();
    try (CallState state = new CallState(binder.error())) {
      MemorySegment places = state.buffer(count * WindowsAbi.CFG_CALL_TARGET_INFO__sizeof);
      for (int i = 0; i < count; i++) {
        long at = i * WindowsAbi.CFG_CALL_TARGET_INFO__sizeof;
        places.set(
            JAVA_LONG, at + WindowsAbi.CFG_CALL_TARGET_INFO__off__Offset, offsets.applyAsLong(i));
        places.set(JAVA_LONG, at + WindowsAbi.CFG_CALL_TARGET_INFO__off__Flags, flags);
      }
      int ok =
          (int)
              setProcessValidCallTargets
                  .handle()
                  .invokeExact(state.segment(), self, base, byteSize, count, places);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "SetProcessValidCallTargets("
                + BitNames.hex(base)
                + ", "
                + byteSize
                + ", "
                + count
                + (flags == 0 ? " invalid)" : " valid)"),
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
