package io.jitmem.nativecall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The error of one call, in memory of this call's own: not in a thread-local, since virtual threads
 * come by the million, and not shared, since another thread's call would overwrite it.
 */
public final class CallState implements AutoCloseable {
  private final Arena arena = Arena.ofConfined();
  private final CapturedError error;
  private final MemorySegment state;

  /** The errno of a call. */
  public CallState() {
    this(CapturedError.ERRNO);
  }

  /** The error of a call, where this system keeps it. */
  public CallState(CapturedError error) {
    this.error = error;
    state = arena.allocate(error.byteSize(), Long.BYTES);
  }

  /** The segment to pass as first argument. */
  public MemorySegment segment() {
    return state;
  }

  /** The errno that the call left, or the code that this system has in its place. */
  public int errno() {
    return state.get(ValueLayout.JAVA_INT, error.byteOffset());
  }

  /** A C string that lives as long as this object. */
  public MemorySegment string(String text) {
    return arena.allocateFrom(text);
  }

  /** Zeroed, 8-byte aligned memory that lives as long as this object. */
  public MemorySegment buffer(long byteSize) {
    return arena.allocate(byteSize, Long.BYTES);
  }

  @Override
  public void close() {
    arena.close();
  }
}
