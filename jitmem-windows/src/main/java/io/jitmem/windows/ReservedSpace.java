package io.jitmem.windows;

import io.jitmem.virtmem.Protection;
import java.util.List;

/**
 * A way to reserve address space and to put memory behind parts of it. All but the three methods
 * that reserve, and the one that releases, are called by one thread at a time.
 */
interface ReservedSpace {
  /** Where the system likes. */
  long anywhere(long byteSize);

  /** Wholly within a range, by the system's choice. */
  long within(Reach reach, long byteSize);

  /** At an address; fails with ERROR_INVALID_ADDRESS if something is there. */
  long at(long address, long byteSize);

  /** Puts memory behind reserved pages; a failure leaves them reserved. */
  void commit(long address, long byteSize, Protection protection);

  /** Makes pages reserved again, whatever they were. */
  void decommit(long address, long byteSize);

  /**
   * Puts the same memory behind two ranges of reserved pages; a failure leaves them reserved.
   *
   * @param later whether pages of the writable view are committed one by one, by {@link #populate}
   */
  void commitDual(long rx, long rw, long byteSize, boolean later);

  /** Commits what is not committed yet of a writable view. */
  void populate(long address, long byteSize);

  /** A range of committed pages, cut where calls on memory must not go across. */
  List<Reach> parts(long address, long byteSize);

  /** Gives everything back; if it fails, a second call does what is left. */
  void release(long address, long byteSize);
}
