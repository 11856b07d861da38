package io.jitmem.tests.lincheck;

/**
 * What Lincheck does to an allocator: spans in numbered slots, each slot used once. Answers are
 * words, so that two allocators can be compared.
 */
interface SpanSlots {
  /** The number of slots. */
  int COUNT = 3;

  /** What is asked for at first. */
  int BYTE_SIZE = 256;

  /** The granules, to which sizes are rounded. */
  int GRANULE = 64;

  String allocate(int slot);

  String release(int slot);

  String shrink(int slot, int byteSize);

  String query(int slot);
}
