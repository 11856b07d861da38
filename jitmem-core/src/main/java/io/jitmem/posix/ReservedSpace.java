package io.jitmem.posix;

/** Maps address space without access and without memory behind it. */
public final class ReservedSpace {
  private final PosixCalls calls;
  private final int flags;

  /** Address space mapped by the calls of a system. */
  public ReservedSpace(PosixCalls calls) {
    this.calls = calls;
    flags = Posix.MAP_PRIVATE | calls.abi().MAP_ANON() | calls.abi().MAP_NORESERVE();
  }

  /** Where the system likes. */
  public long anywhere(long byteSize) {
    return at(0, byteSize, 0);
  }

  /** At an address, in the way that further flags of mmap say. */
  public long at(long address, long byteSize, int furtherFlags) {
    return calls.mmap(address, byteSize, Posix.PROT_NONE, flags | furtherFlags, -1);
  }

  /** In the place of what is mapped there, which is unmapped in the same call. */
  public void over(long address, long byteSize) {
    at(address, byteSize, Posix.MAP_FIXED);
  }
}
