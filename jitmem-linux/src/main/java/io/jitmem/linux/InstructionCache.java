package io.jitmem.linux;

/**
 * Makes written code visible to instruction fetch. On x86-64 the caches are coherent. On AArch64
 * libgcc's {@code __clear_cache} cleans and invalidates line by line as CTR_EL0 says; the address
 * must be the executable one, since the instruction cache may be indexed by virtual address. On
 * RISC-V the kernel does it for all harts; libgcc's function is empty there.
 */
final class InstructionCache {
  private final LinuxAbi abi;
  private final LinuxCalls calls;

  InstructionCache(LinuxAbi abi, LinuxCalls calls) {
    this.abi = abi;
    this.calls = calls;
  }

  void flush(long address, long byteSize) {
    switch (abi.architecture()) {
      case X86_64 -> {}
      case AARCH64 -> calls.clearCache(address, byteSize);
      case RISCV64 -> calls.riscvFlushIcache(abi.SYS_riscv_flush_icache(), address, byteSize);
    }
  }
}
