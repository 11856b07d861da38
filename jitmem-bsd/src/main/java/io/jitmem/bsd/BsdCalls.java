package io.jitmem.bsd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.CallErrors;
import io.jitmem.posix.Posix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The calls that some of the BSDs have, one method each; errors as in {@link
 * io.jitmem.posix.PosixCalls}. None is made by number: OpenBSD ends a process that makes a system
 * call outside its C library, and FreeBSD one that makes a call it does not know.
 */
final class BsdCalls {
  /** Where {@code mode_t} has 16 bits: FreeBSD, DragonFly. */
  static final NativeFunction SHM_OPEN_OF_SHORT_MODE =
      NativeFunction.of("shm_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_SHORT));

  /** Where {@code mode_t} has 32 bits: NetBSD, OpenBSD. In librt on NetBSD. */
  static final NativeFunction SHM_OPEN =
      NativeFunction.of("shm_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
          .orIn("librt.so.1");

  /** FreeBSD 13, NetBSD 11. */
  static final NativeFunction MEMFD_CREATE =
      NativeFunction.of("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  /** All but OpenBSD. */
  static final NativeFunction SYSCTLBYNAME =
      NativeFunction.of(
          "sysctlbyname",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  /** FreeBSD. */
  static final NativeFunction GETPAGESIZES =
      NativeFunction.of("getpagesizes", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  /** FreeBSD, in newer releases. */
  static final NativeFunction MEMBARRIER =
      NativeFunction.of(
          "membarrier", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  /** FreeBSD. */
  static final NativeFunction PROCCTL =
      NativeFunction.of(
          "procctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS));

  /** NetBSD; the new address comes before the new size, other than on Linux. */
  static final NativeFunction MREMAP =
      NativeFunction.of(
          "mremap",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT));

  /** OpenBSD. */
  static final NativeFunction MQUERY =
      NativeFunction.of(
          "mquery",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

  /** Of the compiler's run-time library. */
  static final NativeFunction CLEAR_CACHE =
      NativeFunction.of("__clear_cache", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG))
          .withoutErrno()
          .orIn("libgcc_s.so.1")
          .orIn("libgcc_s.so");

  private final CallErrors errors;
  private final BoundFunction memfdCreate;
  private final BoundFunction sysctlbyname;
  private final BoundFunction getpagesizes;
  private final BoundFunction membarrier;
  private final BoundFunction procctl;
  private final BoundFunction mremap;
  private final BoundFunction mquery;

  BsdCalls(NativeBinder binder, CallErrors errors) {
    this.errors = errors;
    memfdCreate = new BoundFunction(binder, MEMFD_CREATE);
    sysctlbyname = new BoundFunction(binder, SYSCTLBYNAME);
    getpagesizes = new BoundFunction(binder, GETPAGESIZES);
    membarrier = new BoundFunction(binder, MEMBARRIER);
    procctl = new BoundFunction(binder, PROCCTL);
    mremap = new BoundFunction(binder, MREMAP);
    mquery = new BoundFunction(binder, MQUERY);
  }

  int memfdCreate(String name, int flags) {
    try (CallState state = new CallState()) {
      int fd = (int) memfdCreate.handle().invokeExact(state.segment(), state.string(name), flags);
      if (fd < 0) {
        throw errors.failure(
            "memfd_create", "memfd_create(\"%s\", 0x%x)".formatted(name, flags), state.errno());
      }
      return fd;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** A setting of the kernel that is a number of 32 or 64 bits; empty if it has none so called. */
  OptionalLong setting(String name) {
    try (CallState state = new CallState()) {
      MemorySegment value = state.buffer(Long.BYTES);
      MemorySegment size = state.buffer(Long.BYTES);
      size.set(JAVA_LONG, 0, Long.BYTES);
      int rc =
          (int)
              sysctlbyname
                  .handle()
                  .invokeExact(
                      state.segment(), state.string(name), value, size, MemorySegment.NULL, 0L);
      return rc == 0 ? OptionalLong.of(value.get(JAVA_LONG, 0)) : OptionalLong.empty();
    } catch (UnsupportedOperationException missing) {
      return OptionalLong.empty();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The size of the smallest pages above the normal ones, or 0 if there are none. */
  long superpageByteSize() {
    try (CallState state = new CallState()) {
      MemorySegment sizes = state.buffer(2 * Long.BYTES);
      int count = (int) getpagesizes.handle().invokeExact(state.segment(), sizes, 2);
      return count < 2 ? 0 : sizes.getAtIndex(JAVA_LONG, 1);
    } catch (UnsupportedOperationException missing) {
      return 0;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** What procctl answers about this process; empty if the kernel does not know the question. */
  OptionalInt processStatus(int idType, int command) {
    try (CallState state = new CallState()) {
      MemorySegment answer = state.buffer(Integer.BYTES);
      long pid = ProcessHandle.current().pid();
      int rc = (int) procctl.handle().invokeExact(state.segment(), idType, pid, command, answer);
      return rc == 0 ? OptionalInt.of(answer.get(JAVA_INT, 0)) : OptionalInt.empty();
    } catch (UnsupportedOperationException missing) {
      return OptionalInt.empty();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Whether the C library has it, and so the kernel that it came with. */
  boolean hasMembarrier() {
    return membarrier.exists();
  }

  int membarrier(int command) {
    try (CallState state = new CallState()) {
      int rc = (int) membarrier.handle().invokeExact(state.segment(), command, 0, 0);
      if (rc < 0) {
        throw errors.failure("membarrier", "membarrier(" + command + ", 0, 0)", state.errno());
      }
      return rc;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Maps pages a second time, at {@code copy} if the flags say so. */
  long mremap(long address, long byteSize, long copy, int flags) {
    try (CallState state = new CallState()) {
      long mapped =
          (long)
              mremap
                  .handle()
                  .invokeExact(state.segment(), address, byteSize, copy, byteSize, flags);
      if (mapped == Posix.MAP_FAILED) {
        throw errors.failure(
            "mremap",
            "mremap(0x%x, %d, 0x%x, %d, 0x%x)".formatted(address, byteSize, copy, byteSize, flags),
            state.errno());
      }
      return mapped;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Where address space of a size is free at or above an address. */
  long mquery(long address, long byteSize) {
    try (CallState state = new CallState()) {
      long free =
          (long)
              mquery
                  .handle()
                  .invokeExact(state.segment(), address, byteSize, Posix.PROT_NONE, 0, -1, 0L);
      if (free == Posix.MAP_FAILED) {
        throw errors.failure(
            "mquery", "mquery(0x%x, %d)".formatted(address, byteSize), state.errno());
      }
      return free;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
