package io.jitmem.virtmem.spi;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a backend offers besides if its system unwinds code by tables of functions: a {@link
 * io.jitmem.virtmem.VirtMem} may implement it. Thread-safe.
 */
public interface FunctionTables {
  /**
   * Looks whether tables can be had here.
   *
   * @throws UnsupportedOperationException if this version of the system has none, or its tables for
   *     this CPU are not known here, with the reason
   */
  void requireFunctionTables();

  /**
   * Tells the system of the functions in a piece of code. The system reads what was told whenever
   * it unwinds, so the table has to go before the code does. Each table costs a page of memory.
   *
   * @param region the code, native, of at most 2^32-1 bytes
   * @param functions its functions by ascending offset, at least one, none overlapping another. An
   *     address of the code that is in none of them belongs to a function without a frame
   * @return ends the table when it is closed; to be closed once
   * @throws IllegalArgumentException if the region is no native memory or too large, or the
   *     functions are none, not in this order, or not inside
   * @throws UnsupportedOperationException as by {@link #requireFunctionTables}
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses; nothing is left then
   */
  Table add(MemorySegment region, List<Function> functions);

  /**
   * A function with a frame. Offsets are in bytes from the start of the code.
   *
   * @param begin the offset of its first byte, 0 or more
   * @param end the offset behind its last byte, above {@code begin} and below 2^32
   * @param unwind the offset of the system's description of its frame, a multiple of 4, from 0 to
   *     2^32-1; that may be behind the code, and must stay until the table is closed
   */
  record Function(long begin, long end, long unwind) {
    private static final long MOST = 0xffff_ffffL;

    /**
     * A function.
     *
     * @throws IllegalArgumentException if an offset is out of its range
     */
    public Function {
      if (begin < 0 || end <= begin || end > MOST) {
        throw new IllegalArgumentException(
            "no function is from offset %d to %d: the second is to be above the first, and both within 0 to 2^32-1"
                .formatted(begin, end));
      }
      if (unwind < 0 || unwind > MOST || unwind % 4 != 0) {
        throw new IllegalArgumentException(
            "unwind information at offset %d is not at a multiple of 4 within 0 to 2^32-1"
                .formatted(unwind));
      }
    }
  }

  /** A table that the system goes by. */
  @FunctionalInterface
  interface Table extends AutoCloseable {
    /**
     * Ends the table, which succeeds whatever is thrown.
     *
     * @throws io.jitmem.virtmem.VirtMemException if the system does not take back the table's
     *     memory
     * @throws IllegalStateException if it was closed before
     */
    @Override
    void close();
  }
}
