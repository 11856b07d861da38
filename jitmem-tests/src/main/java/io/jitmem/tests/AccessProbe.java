package io.jitmem.tests;

import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Finds out what a thread may really do with memory, without doing it. */
public interface AccessProbe {
  /**
   * Whether memory can be read.
   *
   * @param memory a live segment
   * @return true if its bytes can be read
   */
  boolean readable(MemorySegment memory);

  /**
   * Whether memory can be written. What it holds may be changed by asking.
   *
   * @param memory a live segment
   * @return true if its bytes can be written
   */
  boolean writable(MemorySegment memory);

  /**
   * What the system itself says about a page.
   *
   * @param memory a live segment
   * @return the protection of its first page, or empty where the system does not tell
   */
  default Optional<Protection> told(MemorySegment memory) {
    return Optional.empty();
  }

  /**
   * Whether a call that is checked may enter code, for a backend with {@link
   * io.jitmem.virtmem.VirtMem#listsCallTargets()}.
   *
   * @param address where it would enter
   * @return the answer, or empty where nobody tells without making the call
   */
  default Optional<Boolean> callable(long address) {
    return Optional.empty();
  }
}
