package io.jitmem.posix;

/** How a system is asked for address space at an address. */
public interface Places {
  /** Reserves where the system likes when it begins to look at an address. */
  long from(long address, long byteSize);

  /**
   * Reserves at an address, if nothing is there. Where something is, systems differ: they refuse,
   * with one error or another, or reserve elsewhere.
   */
  long at(long address, long byteSize);

  /** By the address that mmap is given: a hint, or more with further flags. */
  record Hinted(ReservedSpace space, int exactFlags) implements Places {
    @Override
    public long from(long address, long byteSize) {
      return space.at(address, byteSize, 0);
    }

    @Override
    public long at(long address, long byteSize) {
      return space.at(address, byteSize, exactFlags);
    }
  }
}
