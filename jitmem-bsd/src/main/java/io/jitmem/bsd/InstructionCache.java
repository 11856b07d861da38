package io.jitmem.bsd;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.virtmem.Architecture;

/**
 * Makes written code visible to instruction fetch. On x86-64 the caches are coherent. On AArch64
 * the compiler's {@code __clear_cache} cleans and invalidates line by line; the address must be the
 * executable one. Other CPUs are refused by the provider: on RISC-V that function ends the process
 * on FreeBSD and NetBSD.
 */
final class InstructionCache {
  private final Architecture architecture;
  private final BoundFunction clearCache;

  InstructionCache(BsdKernel kernel) {
    architecture = kernel.architecture();
    clearCache = new BoundFunction(kernel.binder(), BsdCalls.CLEAR_CACHE);
  }

  void flush(long address, long byteSize) {
    if (architecture == Architecture.X86_64) {
      return;
    }
    try {
      clearCache.handle().invokeExact(address, address + byteSize);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
