package io.jitmem.macos;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/** The calls of macOS beside POSIX's and Mach's, one method each. */
final class MacosCalls {
  /**
   * Variadic here, other than on every other Unix; on Apple's processors the mode is on the stack.
   */
  static final NativeFunction SHM_OPEN =
      NativeFunction.of("shm_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
          .variadicFrom(2);

  static final NativeFunction SYSCTLBYNAME =
      NativeFunction.of(
          "sysctlbyname",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  static final NativeFunction CSOPS =
      NativeFunction.of(
          "csops", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));

  static final NativeFunction SYS_ICACHE_INVALIDATE =
      NativeFunction.of("sys_icache_invalidate", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG))
          .withoutErrno();

  /** macOS 11. */
  static final NativeFunction PTHREAD_JIT_WRITE_PROTECT_SUPPORTED_NP =
      NativeFunction.of("pthread_jit_write_protect_supported_np", FunctionDescriptor.of(JAVA_INT))
          .withoutErrno();

  static final List<NativeFunction> FUNCTIONS =
      List.of(
          SHM_OPEN,
          SYSCTLBYNAME,
          CSOPS,
          SYS_ICACHE_INVALIDATE,
          PTHREAD_JIT_WRITE_PROTECT_SUPPORTED_NP);

  /** The head of what csops answers: a magic number and the size of all, for the network. */
  private static final int BLOB_HEAD = 8;

  private static final int LARGEST_BLOB = 1 << 20;

  private static final ValueLayout.OfInt NETWORK_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

  private final BoundFunction sysctlbyname;
  private final BoundFunction csops;
  private final BoundFunction icacheInvalidate;
  private final BoundFunction switchSupported;

  MacosCalls(NativeBinder binder) {
    sysctlbyname = new BoundFunction(binder, SYSCTLBYNAME);
    csops = new BoundFunction(binder, CSOPS);
    icacheInvalidate = new BoundFunction(binder, SYS_ICACHE_INVALIDATE);
    switchSupported = new BoundFunction(binder, PTHREAD_JIT_WRITE_PROTECT_SUPPORTED_NP);
  }

  /** A setting of the kernel that is an int; empty if it has none so called. */
  OptionalInt setting(String name) {
    try (CallState state = new CallState()) {
      MemorySegment value = state.buffer(Long.BYTES);
      MemorySegment size = state.buffer(Long.BYTES);
      size.set(JAVA_LONG, 0, Integer.BYTES);
      int rc =
          (int)
              sysctlbyname
                  .handle()
                  .invokeExact(
                      state.segment(), state.string(name), value, size, MemorySegment.NULL, 0L);
      return rc == 0 ? OptionalInt.of(value.get(JAVA_INT, 0)) : OptionalInt.empty();
    } catch (UnsupportedOperationException missing) {
      return OptionalInt.empty();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The {@code CS_*} flags of this process; empty if the kernel does not tell. */
  OptionalInt codeSigningStatus() {
    try (CallState state = new CallState()) {
      MemorySegment flags = state.buffer(Integer.BYTES);
      return csops(state, Macos.CS_OPS_STATUS, flags)
          ? OptionalInt.of(flags.get(JAVA_INT, 0))
          : OptionalInt.empty();
    }
  }

  /**
   * The entitlements of this process as the XML that they were signed as; empty if there are none.
   */
  String entitlements() {
    try (CallState state = new CallState()) {
      MemorySegment head = state.buffer(BLOB_HEAD);
      boolean done = csops(state, Macos.CS_OPS_ENTITLEMENTS_BLOB, head);
      int byteSize = head.get(NETWORK_INT, Integer.BYTES);
      if (done || byteSize <= BLOB_HEAD || byteSize > LARGEST_BLOB) {
        return "";
      }
      MemorySegment all = state.buffer(byteSize);
      return csops(state, Macos.CS_OPS_ENTITLEMENTS_BLOB, all) ? text(all.asSlice(BLOB_HEAD)) : "";
    }
  }

  private static String text(MemorySegment bytes) {
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** Asks about this process; where the buffer is too small, the answer's head is in it. */
  private boolean csops(CallState state, int operation, MemorySegment buffer) {
    int process = (int) ProcessHandle.current().pid();
    try {
      int rc =
          (int)
              csops
                  .handle()
                  .invokeExact(state.segment(), process, operation, buffer, buffer.byteSize());
      return rc == 0;
    } catch (UnsupportedOperationException missing) {
      return false;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Makes what was written visible to instruction fetch, on Apple's processors. */
  void invalidateInstructions(long address, long byteSize) {
    try {
      icacheInvalidate.handle().invokeExact(address, byteSize);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Whether the CPU has the per-thread write switch; not before macOS 11. */
  boolean isWriteSwitchSupported() {
    try {
      int supported = (int) switchSupported.handle().invokeExact();
      return supported != 0;
    } catch (UnsupportedOperationException missing) {
      return false;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }
}
