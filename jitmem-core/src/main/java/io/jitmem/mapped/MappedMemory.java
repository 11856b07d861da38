package io.jitmem.mapped;

import io.jitmem.virtmem.Protection;

/**
 * What a system does to memory that is in a table of mappings. A call that fails throws {@link
 * io.jitmem.virtmem.VirtMemException}. {@link #commit} and {@link #reserve} are called by one
 * thread at a time.
 */
public interface MappedMemory {
  /**
   * Unmaps all that was mapped at an address. If it fails it is called again later, and must do
   * what is left to do.
   *
   * @param use what was mapped: a view, a reservation, or other memory
   */
  void unmap(long address, long byteSize, PageUse use);

  /** Puts zeroed memory behind reserved pages. A failure leaves them reserved. */
  void commit(long address, long byteSize, Protection protection);

  /** Makes pages of a reservation reserved again, whatever they were. */
  void reserve(long address, long byteSize);
}
