package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.PosixAbi;
import io.jitmem.virtmem.Architecture;
import java.lang.foreign.FunctionDescriptor;

/**
 * Linux's numbers, named as in C: those that are the same on the three CPUs as constants, the
 * others by instance. From the kernel's {@code asm-generic/mman-common.h}, {@code
 * asm-generic/mman.h}, {@code asm/fcntl.h}, {@code linux/memfd.h}, {@code linux/membarrier.h},
 * {@code linux/prctl.h}, {@code asm/unistd.h}, {@code asm/processor.h}, {@code linux/auxvec.h},
 * {@code asm/hwprobe.h}, version 7.2. Other CPUs have other values, so none is assumed. Beside
 * them, the one prototype that every Unix has in its own way.
 */
record LinuxAbi(
    Architecture architecture,
    int O_NOFOLLOW,
    int O_TMPFILE,
    int SYS_membarrier,
    int SYS_riscv_flush_icache,
    int SYS_riscv_hwprobe) {
  /** Fixed arguments here; in libc since glibc 2.34 and in musl, before in librt. */
  static final NativeFunction SHM_OPEN =
      NativeFunction.of("shm_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
          .orIn("librt.so.1");

  /** Of {@code asm/mman.h} on AArch64: indirect branches enter at {@code bti} only. */
  static final int PROT_BTI = 0x10;

  static final int MAP_ANON = 0x20;
  static final int MAP_NORESERVE = 0x4000;
  static final int MAP_HUGETLB = 0x40000;

  /** Since Linux 4.17; older kernels take the address as a hint and may map elsewhere. */
  static final int MAP_FIXED_NOREPLACE = 0x100000;

  static final int MADV_DONTNEED = 4;
  static final int MADV_REMOVE = 9;

  static final int MADV_HUGEPAGE = 14;

  /** Since Linux 5.14. */
  static final int MADV_POPULATE_READ = 22;

  /** Since Linux 5.14. */
  static final int MADV_POPULATE_WRITE = 23;

  /** Since Linux 6.1. */
  static final int MADV_COLLAPSE = 25;

  /** A huge page's size is passed as its binary logarithm, shifted by this. */
  static final int MAP_HUGE_SHIFT = 26;

  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_CLOEXEC = 0x80000;

  static final int MFD_CLOEXEC = 1;
  static final int MFD_HUGETLB = 4;
  static final int MFD_NOEXEC_SEAL = 8;
  static final int MFD_EXEC = 0x10;

  static final int MREMAP_MAYMOVE = 1;

  static final int MEMBARRIER_CMD_QUERY = 0;
  static final int MEMBARRIER_CMD_GLOBAL = 1;
  static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32;
  static final int MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64;

  /** {@code linux/futex.h}: FUTEX_WAKE_OP, of this process alone. */
  static final int FUTEX_WAKE_OP_PRIVATE = 5 | 128;

  /** {@code FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0)}: adds nothing to a number in memory. */
  static final int FUTEX_ADD_NOTHING = 1 << 28;

  static final int PR_GET_MDWE = 66;
  static final int PR_SET_VMA = 0x53564d41;
  static final int PR_SET_VMA_ANON_NAME = 0;

  static final int AT_HWCAP = 16;
  static final int AT_HWCAP2 = 26;

  /** Since Linux 6.9. */
  static final int AT_HWCAP3 = 29;

  static final int RISCV_HWPROBE_KEY_IMA_EXT_0 = 4;

  /** Since Linux 7. */
  static final int RISCV_HWPROBE_KEY_IMA_EXT_1 = 16;

  /** No system call has this number on the CPU. */
  private static final int NONE = -1;

  static LinuxAbi of(Architecture architecture) {
    return switch (architecture) {
      case X86_64 -> new LinuxAbi(architecture, 0x20000, 0x410000, 324, NONE, NONE);
      case AARCH64 -> new LinuxAbi(architecture, 0x8000, 0x404000, 283, NONE, NONE);
      case RISCV64 -> new LinuxAbi(architecture, 0x20000, 0x410000, 283, 259, 258);
    };
  }

  /** The number of the system call {@code futex}. */
  int SYS_futex() {
    return architecture == Architecture.X86_64 ? 202 : 98;
  }

  PosixAbi posix() {
    return new PosixAbi(MAP_ANON, MAP_NORESERVE, O_CREAT, O_EXCL, O_CLOEXEC, O_NOFOLLOW);
  }

  /**
   * The end of the addresses that mmap gives a process that does not ask for more (TASK_SIZE,
   * DEFAULT_MAP_WINDOW); kernels with fewer levels of page tables have less.
   */
  long userSpaceEnd() {
    return switch (architecture) {
      case X86_64 -> (1L << 47) - 4096;
      case AARCH64 -> 1L << 48;
      case RISCV64 -> 1L << 47;
    };
  }

  /** The bits that ask mmap or memfd_create for huge pages of a size. */
  static int hugeSize(long byteSize) {
    return Long.numberOfTrailingZeros(byteSize) << MAP_HUGE_SHIFT;
  }
}
