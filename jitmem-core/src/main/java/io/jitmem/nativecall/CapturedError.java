package io.jitmem.nativecall;

import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * The error of a native call as the linker captures it in the same downcall: under which name, and
 * where in the segment that the call is given. Systems keep it under different names, and the
 * linker refuses those of another system.
 *
 * @param name a name that {@link Linker.Option#captureCallState} takes here
 * @param byteSize the size of the segment
 * @param byteOffset where in it the code is, an int
 */
public record CapturedError(String name, long byteSize, long byteOffset) {
  /** On every Unix: {@code struct { int errno; }}. */
  public static final CapturedError ERRNO = new CapturedError("errno", Integer.BYTES, 0);

  /**
   * The error under a name that this JVM's linker knows.
   *
   * @throws IllegalArgumentException if it knows no such name
   */
  public static CapturedError of(String name) {
    StructLayout layout = Linker.Option.captureStateLayout();
    PathElement field = PathElement.groupElement(name);
    return new CapturedError(name, layout.byteSize(), layout.byteOffset(field));
  }
}
