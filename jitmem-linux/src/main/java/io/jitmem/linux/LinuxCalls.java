package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.Posix;
import io.jitmem.virtmem.VirtMemException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The calls that only Linux has, one method each; errors as in {@link io.jitmem.posix.PosixCalls}.
 */
final class LinuxCalls {
  static final NativeFunction MEMFD_CREATE =
      NativeFunction.of("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  /** Its fifth argument, the new address, is read only with a flag that we never pass. */
  static final NativeFunction MREMAP =
      NativeFunction.of(
              "mremap", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT))
          .variadicFrom(4);

  static final NativeFunction PRCTL =
      NativeFunction.of(
              "prctl",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG))
          .variadicFrom(1);

  /** For what glibc does not wrap; every use here has five arguments. */
  static final NativeFunction SYSCALL =
      NativeFunction.of(
              "syscall",
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG))
          .variadicFrom(1);

  /** The same with six arguments. */
  static final NativeFunction SYSCALL_OF_SIX =
      NativeFunction.of(
              "syscall",
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                  JAVA_LONG))
          .variadicFrom(1);

  static final NativeFunction GETAUXVAL =
      NativeFunction.of("getauxval", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG)).withoutErrno();

  static final NativeFunction CLEAR_CACHE =
      NativeFunction.of("__clear_cache", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG))
          .withoutErrno()
          .orIn("libgcc_s.so.1");

  static final List<NativeFunction> FUNCTIONS =
      List.of(
          LinuxAbi.SHM_OPEN,
          MEMFD_CREATE,
          MREMAP,
          PRCTL,
          SYSCALL,
          SYSCALL_OF_SIX,
          GETAUXVAL,
          CLEAR_CACHE);

  private final CallErrors errors;
  private final BoundFunction memfdCreate;
  private final BoundFunction mremap;
  private final BoundFunction prctl;
  private final BoundFunction syscall;
  private final BoundFunction getauxval;
  private final BoundFunction syscallOfSix;

  LinuxCalls(NativeBinder binder, CallErrors errors) {
    this.errors = errors;
    memfdCreate = new BoundFunction(binder, MEMFD_CREATE);
    mremap = new BoundFunction(binder, MREMAP);
    prctl = new BoundFunction(binder, PRCTL);
    syscall = new BoundFunction(binder, SYSCALL);
    getauxval = new BoundFunction(binder, GETAUXVAL);
    syscallOfSix = new BoundFunction(binder, SYSCALL_OF_SIX);
  }

  int memfdCreate(String name, int flags) {
    try (CallState state = new CallState()) {
      int fd = (int) memfdCreate.handle().invokeExact(state.segment(), state.string(name), flags);
      if (fd < 0) {
        throw errors.failure(
            "memfd_create",
            "memfd_create(\"" + name + "\", 0x" + Integer.toHexString(flags) + ")",
            state.errno());
      }
      return fd;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /**
   * Maps the pages of a shared mapping a second time: what mremap does when told to move nothing.
   */
  long duplicate(long address, long byteSize) {
    try (CallState state = new CallState()) {
      long copy =
          (long)
              mremap
                  .handle()
                  .invokeExact(state.segment(), address, 0L, byteSize, LinuxAbi.MREMAP_MAYMOVE);
      if (copy == Posix.MAP_FAILED) {
        throw errors.failure(
            "mremap",
            "mremap(0x" + Long.toHexString(address) + ", 0, " + byteSize + ", MREMAP_MAYMOVE)",
            state.errno());
      }
      return copy;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  int prctl(int option, long arg2, long arg3, long arg4, long arg5) {
    try (CallState state = new CallState()) {
      int rc = (int) prctl.handle().invokeExact(state.segment(), option, arg2, arg3, arg4, arg5);
      if (rc < 0) {
        throw errors.failure(
            "prctl",
            "prctl(%d, %d, 0x%x, %d, 0x%x)".formatted(option, arg2, arg3, arg4, arg5),
            state.errno());
      }
      return rc;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /**
   * Labels an anonymous mapping in {@code /proc/self/maps}; kernels without the option leave it
   * bare.
   */
  void nameMapping(long address, long byteSize, String name) {
    try (CallState state = new CallState()) {
      long text = state.string(name).address();
      prctl(LinuxAbi.PR_SET_VMA, LinuxAbi.PR_SET_VMA_ANON_NAME, address, byteSize, text);
    } catch (VirtMemException unlabelled) {
      // CONFIG_ANON_VMA_NAME is off, or the kernel is older than 5.17: a label is not worth a
      // failure.
      assert unlabelled.call().isPresent();
    }
  }

  /** The memory barrier on all cores; {@code number} is the call's on this CPU. */
  long membarrier(int number, int command) {
    return syscall("membarrier", number, command, 0, 0);
  }

  /** Flushes the instruction caches of every hart that this process may run on. */
  void riscvFlushIcache(int number, long address, long byteSize) {
    syscall("riscv_flush_icache", number, address, address + byteSize, 0);
  }

  /**
   * Adds nothing to the number at an address, in one step that no other thread can come between.
   * The page gets memory as by a write; where there is none this is an error, not a signal.
   */
  void touch(int number, long address) {
    try (CallState state = new CallState()) {
      long woken =
          (long)
              syscallOfSix
                  .handle()
                  .invokeExact(
                      state.segment(),
                      (long) number,
                      address,
                      (long) LinuxAbi.FUTEX_WAKE_OP_PRIVATE,
                      0L,
                      0L,
                      address,
                      (long) LinuxAbi.FUTEX_ADD_NOTHING);
      if (woken < 0) {
        throw errors.failure(
            "futex", "futex(0x%x, FUTEX_WAKE_OP)".formatted(address), state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** A word of the auxiliary vector; 0 if it has no such entry. */
  long getauxval(long type) {
    try {
      return (long) getauxval.handle().invokeExact(type);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /**
   * What every online hart has in common, key by key; 0 for keys that the kernel does not know.
   * {@code number} is the call's on this CPU.
   */
  long[] riscvHwprobe(int number, long... keys) {
    try (CallState state = new CallState()) {
      MemorySegment pairs = state.buffer(2L * Long.BYTES * keys.length);
      for (int i = 0; i < keys.length; i++) {
        pairs.setAtIndex(JAVA_LONG, 2L * i, keys[i]);
        pairs.setAtIndex(JAVA_LONG, 2L * i + 1, 0);
      }
      syscall("riscv_hwprobe", number, pairs.address(), keys.length, 0);
      long[] values = new long[keys.length];
      for (int i = 0; i < keys.length; i++) {
        boolean isKnown = pairs.getAtIndex(JAVA_LONG, 2L * i) == keys[i];
        values[i] = isKnown ? pairs.getAtIndex(JAVA_LONG, 2L * i + 1) : 0;
      }
      return values;
    }
  }

  private long syscall(String name, long number, long arg1, long arg2, long arg3) {
    try (CallState state = new CallState()) {
      long result =
          (long) syscall.handle().invokeExact(state.segment(), number, arg1, arg2, arg3, 0L, 0L);
      if (result < 0) {
        throw errors.failure(
            name, "%s(0x%x, 0x%x, 0x%x)".formatted(name, arg1, arg2, arg3), state.errno());
      }
      return result;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
