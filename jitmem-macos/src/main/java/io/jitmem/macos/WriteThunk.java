package io.jitmem.macos;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * Writes memory under the per-thread write switch, in one native call.
 *
 * <p>While a thread's switch allows writing, the thread can execute no memory under the switch, and
 * the JVM's own code is such memory: a call that turned the switch and returned would return into
 * code that cannot be executed (SIGBUS). So nobody but the machine code here calls {@code
 * pthread_jit_write_protect_np}: it turns the switch, copies, makes the caches agree, turns the
 * switch back, and only then returns. It lies in ordinary executable memory, on which the switch
 * has no effect, and stays there for good; it needs no flush itself, since it is placed where no
 * code was before, and is flushed all the same.
 *
 * <p>{@code handle} is written once, under this object's lock.
 */
final class WriteThunk {
  /**
   * The function that turns the switch. Its address is passed to the code, and it is never bound.
   */
  static final String SWITCH = "pthread_jit_write_protect_np";

  /**
   * {@code void write(void *target, const void *source, size_t size, void (*protect)(int), void
   * (*invalidate)(void *, size_t))}.
   */
  static final FunctionDescriptor TYPE =
      FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  /** For AArch64; the switch is of no other CPU. */
  static final int[] WORDS = {
    0xd503245f, // bti c
    0xa9bc7bfd, // stp x29, x30, [sp, #-64]!
    0x910003fd, // mov x29, sp
    0xa90153f3, // stp x19, x20, [sp, #16]
    0xa9025bf5, // stp x21, x22, [sp, #32]
    0xf9001bf7, // str x23, [sp, #48]
    0xaa0003f3, // mov x19, x0                target
    0xaa0103f4, // mov x20, x1                source
    0xaa0203f5, // mov x21, x2                size
    0xaa0303f6, // mov x22, x3                protect
    0xaa0403f7, // mov x23, x4                invalidate
    0x52800000, // mov w0, #0
    0xd63f02c0, // blr x22                    this thread may write
    0xaa1303e0, // mov x0, x19
    0xaa1503e2, // mov x2, x21
    0xf1002042, // 1: subs x2, x2, #8
    0x54000083, // b.lo 2f
    0xf8408683, // ldr x3, [x20], #8
    0xf8008403, // str x3, [x0], #8
    0x17fffffc, // b 1b
    0xb1002042, // 2: adds x2, x2, #8
    0x540000a0, // b.eq 4f
    0x38401683, // 3: ldrb w3, [x20], #1
    0x38001403, // strb w3, [x0], #1
    0xf1000442, // subs x2, x2, #1
    0x54ffffa1, // b.ne 3b
    0xaa1303e0, // 4: mov x0, x19
    0xaa1503e1, // mov x1, x21
    0xd63f02e0, // blr x23
    0x52800020, // mov w0, #1
    0xd63f02c0, // blr x22                    this thread may execute
    0xf9401bf7, // ldr x23, [sp, #48]
    0xa9425bf5, // ldp x21, x22, [sp, #32]
    0xa94153f3, // ldp x19, x20, [sp, #16]
    0xa8c47bfd, // ldp x29, x30, [sp], #64
    0xd65f03c0, // ret
  };

  private final MacosBinder binder;
  private final PosixCalls posix;
  private final MacosCalls calls;
  private volatile @Nullable MethodHandle handle;

  WriteThunk(MacosBinder binder, PosixCalls posix, MacosCalls calls) {
    this.binder = binder;
    this.posix = posix;
    this.calls = calls;
  }

  /** Copies bytes from native memory to memory under the switch, and makes them visible as code. */
  void write(MemorySegment target, MemorySegment source) {
    try {
      handle().invokeExact(target, source, source.byteSize());
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private long address(String function) {
    return binder
        .symbol(function)
        .orElseThrow(() ->
            new UnsupportedOperationException(
                "this system has no function " + function + ", which macOS 11 brought"));
  }

  private MethodHandle handle() {
    MethodHandle placed = handle;
    return placed != null ? placed : placed();
  }

  /**
   * Places the code, if that was not done.
   *
   * @throws UnsupportedOperationException if the system lacks a function that the code calls
   * @throws io.jitmem.virtmem.VirtMemException if the system refuses executable memory
   */
  void place() {
    MethodHandle _ = handle();
  }

  private synchronized MethodHandle placed() {
    MethodHandle placed = handle;
    if (placed == null) {
      long protect = address(SWITCH);
      long invalidate = address(MacosCalls.SYS_ICACHE_INVALIDATE.symbol());
      MethodHandle code = bound(posix.getpagesize());
      placed = MethodHandles.insertArguments(code, 3, protect, invalidate);
      handle = placed;
    }
    return placed;
  }

  private MethodHandle bound(long page) {
    long address = written(page);
    try {
      return binder.code(address, TYPE);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(address, page));
      throw failure;
    }
  }

  private long written(long page) {
    int flags = Posix.MAP_PRIVATE | Macos.MAP_ANON;
    long address = posix.mmap(page, Posix.PROT_READ | Posix.PROT_WRITE, flags, -1);
    try {
      MemorySegment memory = binder.segment(address, page, Arena.global());
      MemorySegment.copy(WORDS, 0, memory, JAVA_INT, 0, WORDS.length);
      posix.mprotect(address, page, Posix.PROT_READ | Posix.PROT_EXEC);
      calls.invalidateInstructions(address, page);
      return address;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(address, page));
      throw failure;
    }
  }
}
