package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.DualLadder;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * AArch64's cache maintenance in machine code of our own, for systems without libgcc_s, as images
 * of Alpine are. It stays mapped for good. It needs no flush itself: the kernel makes the caches
 * agree when a page that was written is executed for the first time (arch/arm64/mm/flush.c).
 */
final class CacheFlushCode {
  /** {@code void flush(start, end)}: what libgcc's __clear_cache does. */
  static final int[] WORDS = {
    0xd53b0023, // mrs x3, ctr_el0
    0x37e00143, // tbnz w3, #28, clean     IDC: data need not be cleaned
    0x53104c64, // ubfx w4, w3, #16, #4    the data cache's smallest line, log2 of words
    0x52800085, // mov w5, #4
    0x1ac420a5, // lsl w5, w5, w4
    0xd10004a6, // sub x6, x5, #1
    0x8a260006, // bic x6, x0, x6
    0xd50b7b26, // 1: dc cvau, x6
    0x8b0500c6, // add x6, x6, x5
    0xeb0100df, // cmp x6, x1
    0x54ffffa3, // b.lo 1b
    0xd5033b9f, // clean: dsb ish
    0x37e80163, // tbnz w3, #29, done      DIC: instructions need not be invalidated
    0x12000c64, // and w4, w3, #0xf        the instruction cache's smallest line
    0x52800085, // mov w5, #4
    0x1ac420a5, // lsl w5, w5, w4
    0xd10004a6, // sub x6, x5, #1
    0x8a260006, // bic x6, x0, x6
    0xd50b7526, // 2: ic ivau, x6
    0x8b0500c6, // add x6, x6, x5
    0xeb0100df, // cmp x6, x1
    0x54ffffa3, // b.lo 2b
    0xd5033b9f, // dsb ish
    0xd5033fdf, // done: isb
    0xd65f03c0, // ret
  };

  private final CodeBinder binder;
  private final PosixCalls posix;
  private final DualLadder ladder;

  CacheFlushCode(CodeBinder binder, PosixCalls posix, DualLadder ladder) {
    this.binder = binder;
    this.posix = posix;
    this.ladder = ladder;
  }

  /** Places the code and binds it. */
  MethodHandle place() {
    return binder.code(placed(posix.getpagesize()), LinuxCalls.CLEAR_CACHE.descriptor());
  }

  private long placed(long page) {
    try {
      return writtenThenExecutable(page);
    } catch (VirtMemException refused) {
      if (refused.kind() != Kind.PERMISSION_DENIED) {
        throw refused;
      }
      return withTwoViews(page);
    }
  }

  private long writtenThenExecutable(long page) {
    int flags = Posix.MAP_PRIVATE | LinuxAbi.MAP_ANON;
    long address = posix.mmap(page, Posix.PROT_READ | Posix.PROT_WRITE, flags, -1);
    try {
      write(address, page);
      posix.mprotect(address, page, Posix.PROT_READ | Posix.PROT_EXEC);
      return address;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(address, page));
      throw failure;
    }
  }

  private long withTwoViews(long page) {
    ViewAddresses views = ladder.map(page, MappingOptions.NONE).addresses();
    write(views.rw(), page);
    posix.munmap(views.rw(), page);
    return views.rx();
  }

  private void write(long address, long page) {
    MemorySegment memory = binder.segment(address, page, Arena.global());
    for (int i = 0; i < WORDS.length; i++) {
      memory.setAtIndex(JAVA_INT, i, WORDS[i]);
    }
  }
}
