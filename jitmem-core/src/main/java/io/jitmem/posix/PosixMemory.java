package io.jitmem.posix;

import io.jitmem.mapped.MappedMemory;
import io.jitmem.mapped.PageUse;
import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.Protection;

/** Memory that is unmapped by munmap, committed by mprotect and reserved by mapping over it. */
public final class PosixMemory implements MappedMemory {
  private final PosixCalls calls;

  /** Memory of the calls of a system. */
  public PosixMemory(PosixCalls calls) {
    this.calls = calls;
  }

  @Override
  public void unmap(long address, long byteSize, PageUse use) {
    calls.munmap(address, byteSize);
  }

  @Override
  public void commit(long address, long byteSize, Protection protection) {
    try {
      calls.mprotect(address, byteSize, Posix.prot(protection));
    } catch (RuntimeException failure) {
      // Where the kernel sees several areas, those before the one that failed have changed.
      Undo.after(failure, () -> calls.mprotect(address, byteSize, Posix.PROT_NONE));
      throw failure;
    }
  }

  @Override
  public void reserve(long address, long byteSize) {
    new ReservedSpace(calls).over(address, byteSize);
  }
}
