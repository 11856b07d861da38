package io.jitmem.tests.simulated.backing;

import io.jitmem.tests.simulated.books.AddressSpace;
import io.jitmem.virtmem.MappingOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * What is behind the addresses of a simulated system. Memory is named by frame, a number as long as
 * an address; pages that have the same frame have the same bytes. Not thread-safe.
 */
public interface Backing {
  /** The addresses that may be given to mappings. */
  AddressSpace addressSpace();

  /** A scope for the segments of one mapping. */
  Arena newScope(MappingOptions options);

  /** A segment over addresses of one mapping. */
  MemorySegment segment(long address, long byteSize, Arena scope);

  /** Where a second view of this address always is, or empty if it may be anywhere. */
  OptionalLong secondView(long address);

  /** Whether any two ranges can be views of the same memory. */
  boolean mapsAnywhere();

  /** The first frame of as many, which are zero, for pages at an address. */
  long newFrames(long address, long byteSize);

  /** Makes frames zero. */
  void clear(long frame, long byteSize);

  /** Copies from frames. */
  void read(long frame, byte[] bytes, int from, int count);

  /** Copies into frames. */
  void write(long frame, byte[] bytes, int from, int count);
}
