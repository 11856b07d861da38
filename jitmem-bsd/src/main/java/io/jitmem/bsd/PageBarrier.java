package io.jitmem.bsd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jitmem.nativecall.Undo;
import io.jitmem.posix.Posix;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.Arena;

/**
 * Takes the right to write from a page that was written: on x86-64 the kernel must then interrupt
 * every core on which the process runs, since each may have the old right in its TLB, and a core
 * returns from an interrupt by a serialising instruction. Other CPUs have an instruction that
 * reaches all TLBs without an interrupt.
 */
record PageBarrier(BsdKernel kernel) implements CoreBarrier {
  /** This barrier where it works, and one that says why it does not elsewhere. */
  static CoreBarrier on(BsdSystem system, BsdKernel kernel) {
    return kernel.architecture() == Architecture.X86_64
        ? new PageBarrier(kernel)
        : new Missing(system.name());
  }

  @Override
  public String mechanism() {
    return "mprotect of a written page";
  }

  @Override
  public void synchronizeCores() {
    long page = kernel.posix().getpagesize();
    int flags = Posix.MAP_PRIVATE | kernel.posix().abi().MAP_ANON();
    long address = kernel.posix().mmap(page, Posix.PROT_READ | Posix.PROT_WRITE, flags, -1);
    try {
      kernel.binder().segment(address, page, Arena.global()).set(JAVA_BYTE, 0, (byte) 1);
      kernel.posix().mprotect(address, page, Posix.PROT_READ);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> kernel.posix().munmap(address, page));
      throw failure;
    }
    kernel.posix().munmap(address, page);
  }

  private record Missing(String system) implements CoreBarrier {
    @Override
    public String mechanism() {
      return "membarrier";
    }

    @Override
    public void synchronizeCores() {
      throw new UnsupportedOperationException(
          system
              + " has no call here that makes all cores discard what they fetched, and on this CPU a"
              + " change of protections does not interrupt them");
    }
  }
}
