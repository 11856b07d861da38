package io.jitmem.linux;

import io.jitmem.nativecall.BoundFunction;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes written code visible to instruction fetch. On x86-64 the caches are coherent. On AArch64
 * libgcc's {@code __clear_cache} cleans and invalidates line by line as CTR_EL0 says, or code of
 * our own where that is not installed; the address must be the executable one, since the
 * instruction cache may be indexed by virtual address. On RISC-V the kernel does it for all harts;
 * libgcc's function is empty there.
 *
 * <p>{@code lineByLine} is written without a lock: threads that race bind the same, or place the
 * code twice.
 */
final class InstructionCache {
  private final LinuxAbi abi;
  private final LinuxCalls calls;
  private final CodeBinder binder;
  private final CacheFlushCode ownCode;
  private volatile @Nullable MethodHandle lineByLine;

  InstructionCache(LinuxAbi abi, LinuxCalls calls, CodeBinder binder, CacheFlushCode ownCode) {
    this.abi = abi;
    this.calls = calls;
    this.binder = binder;
    this.ownCode = ownCode;
  }

  void flush(long address, long byteSize) {
    switch (abi.architecture()) {
      case X86_64 -> {}
      case AARCH64 -> flushLines(address, address + byteSize);
      case RISCV64 -> calls.riscvFlushIcache(abi.SYS_riscv_flush_icache(), address, byteSize);
    }
  }

  private void flushLines(long start, long end) {
    try {
      lineByLine().invokeExact(start, end);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private MethodHandle lineByLine() {
    MethodHandle known = lineByLine;
    if (known == null) {
      Optional<MethodHandle> installed = binder.bind(LinuxCalls.CLEAR_CACHE);
      known = installed.orElseGet(ownCode::place);
      lineByLine = known;
    }
    return known;
  }
}
