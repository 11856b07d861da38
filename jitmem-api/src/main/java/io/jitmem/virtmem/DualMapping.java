package io.jitmem.virtmem;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The same bytes at two addresses: one to execute, one to write. A write through {@code rw} is seen
 * through {@code rx} at once by loads, and by instruction fetch after {@link
 * VirtMem#flushInstructionCache} on {@code rx}.
 *
 * @param rx readable and executable, never writable
 * @param rw readable and writable, never executable
 * @param mechanism the means by which it was made, as {@link Capabilities} names it
 */
public record DualMapping(MemorySegment rx, MemorySegment rw, String mechanism) {
  /**
   * Checks the views.
   *
   * @throws IllegalArgumentException if the views differ in size
   */
  public DualMapping {
    Objects.requireNonNull(mechanism, "mechanism");
    if (rx.byteSize() != rw.byteSize()) {
      throw new IllegalArgumentException(
          "the views of a dual mapping have one size, not "
              + rx.byteSize()
              + " and "
              + rw.byteSize());
    }
  }

  /**
   * The size of each view.
   *
   * @return a size in bytes
   */
  public long byteSize() {
    return rx.byteSize();
  }
}
