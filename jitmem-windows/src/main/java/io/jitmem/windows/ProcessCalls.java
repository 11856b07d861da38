package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/** The calls on this process and its system, one method each. */
final class ProcessCalls {
  /** The units and ends of a process's addresses. */
  record SystemInfo(int pageByteSize, int granularity, long lowestAddress, long highestAddress) {}

  private final WindowsBinder binder;
  private final BoundFunction getCurrentProcess;
  private final BoundFunction getSystemInfo;
  private final BoundFunction getLargePageMinimum;
  private final BoundFunction flushInstructionCache;
  private final BoundFunction flushProcessWriteBuffers;
  private final BoundFunction getProcessMitigationPolicy;
  private final BoundFunction isWow64Process2;
  private final BoundFunction openProcessToken;
  private final BoundFunction lookupPrivilegeValue;
  private final BoundFunction adjustTokenPrivileges;

  ProcessCalls(WindowsBinder binder) {
    this.binder = binder;
    getCurrentProcess = new BoundFunction(binder, WindowsFunctions.GET_CURRENT_PROCESS);
    getSystemInfo = new BoundFunction(binder, WindowsFunctions.GET_SYSTEM_INFO);
    getLargePageMinimum = new BoundFunction(binder, WindowsFunctions.GET_LARGE_PAGE_MINIMUM);
    flushInstructionCache = new BoundFunction(binder, WindowsFunctions.FLUSH_INSTRUCTION_CACHE);
    flushProcessWriteBuffers =
        new BoundFunction(binder, WindowsFunctions.FLUSH_PROCESS_WRITE_BUFFERS);
    getProcessMitigationPolicy =
        new BoundFunction(binder, WindowsFunctions.GET_PROCESS_MITIGATION_POLICY);
    isWow64Process2 = new BoundFunction(binder, WindowsFunctions.IS_WOW64_PROCESS2);
    openProcessToken = new BoundFunction(binder, WindowsFunctions.OPEN_PROCESS_TOKEN);
    lookupPrivilegeValue = new BoundFunction(binder, WindowsFunctions.LOOKUP_PRIVILEGE_VALUE);
    adjustTokenPrivileges = new BoundFunction(binder, WindowsFunctions.ADJUST_TOKEN_PRIVILEGES);
  }

  /** A handle of this process that need not be closed. */
  long currentProcess() {
    try {
      return (long) getCurrentProcess.handle().invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  SystemInfo systemInfo() {
    try (CallState state = new CallState(binder.error())) {
      MemorySegment info = state.buffer(WindowsAbi.SYSTEM_INFO__sizeof);
      getSystemInfo.handle().invokeExact(info);
      return new SystemInfo(
          info.get(JAVA_INT, WindowsAbi.SYSTEM_INFO__off__dwPageSize),
          info.get(JAVA_INT, WindowsAbi.SYSTEM_INFO__off__dwAllocationGranularity),
          info.get(JAVA_LONG, WindowsAbi.SYSTEM_INFO__off__lpMinimumApplicationAddress),
          info.get(JAVA_LONG, WindowsAbi.SYSTEM_INFO__off__lpMaximumApplicationAddress));
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The size of a large page in bytes, or 0 where the processor or the system has none. */
  long largePageMinimum() {
    try {
      return (long) getLargePageMinimum.handle().invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  void flushInstructionCache(long process, long address, long byteSize) {
    try (CallState state = new CallState(binder.error())) {
      int ok =
          (int)
              flushInstructionCache
                  .handle()
                  .invokeExact(state.segment(), process, address, byteSize);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "FlushInstructionCache(" + BitNames.hex(address) + ", " + byteSize + ")",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  void flushProcessWriteBuffers() {
    try {
      flushProcessWriteBuffers.handle().invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The flags of a mitigation policy, or empty where this system does not know the policy. */
  OptionalInt mitigationPolicy(int policy) {
    if (!getProcessMitigationPolicy.exists()) {
      return OptionalInt.empty();
    }
    long process = currentProcess();
    try (CallState state = new CallState(binder.error())) {
      long size = WindowsAbi.PROCESS_MITIGATION_DYNAMIC_CODE_POLICY__sizeof;
      MemorySegment flags = state.buffer(size);
      int ok =
          (int)
              getProcessMitigationPolicy
                  .handle()
                  .invokeExact(state.segment(), process, policy, flags, size);
      return ok == 0 ? OptionalInt.empty() : OptionalInt.of(flags.get(JAVA_INT, 0));
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The processor that Windows itself runs on, or empty where this system does not tell. */
  OptionalInt nativeMachine() {
    if (!isWow64Process2.exists()) {
      return OptionalInt.empty();
    }
    long process = currentProcess();
    try (CallState state = new CallState(binder.error())) {
      MemorySegment ofProcess = state.buffer(Short.BYTES);
      MemorySegment ofSystem = state.buffer(Short.BYTES);
      int ok =
          (int) isWow64Process2.handle().invokeExact(state.segment(), process, ofProcess, ofSystem);
      return ok == 0
          ? OptionalInt.empty()
          : OptionalInt.of(Short.toUnsignedInt(ofSystem.get(JAVA_SHORT, 0)));
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** A handle of this process's access token, to be closed. */
  long openToken(int access) {
    long process = currentProcess();
    try (CallState state = new CallState(binder.error())) {
      MemorySegment token = state.buffer(Long.BYTES);
      int ok = (int) openProcessToken.handle().invokeExact(state.segment(), process, access, token);
      if (ok == 0) {
        throw WindowsErrors.failure(
            "OpenProcessToken(" + BitNames.hex(access) + ")", state.errno());
      }
      return token.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /**
   * Enables a privilege in a token. The call succeeds, too, where the token does not have the
   * privilege, and tells by its error alone.
   */
  void enablePrivilege(long token, String name) {
    try (CallState state = new CallState(binder.error())) {
      MemorySegment privileges = privilege(state, name);
      int ok =
          (int)
              adjustTokenPrivileges
                  .handle()
                  .invokeExact(
                      state.segment(),
                      token,
                      0,
                      privileges,
                      0,
                      MemorySegment.NULL,
                      MemorySegment.NULL);
      if (ok == 0 || state.errno() != 0) {
        throw WindowsErrors.failure(
            "AdjustTokenPrivileges(" + name + ", SE_PRIVILEGE_ENABLED)", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private MemorySegment privilege(CallState state, String name) throws Throwable {
    MemorySegment all = state.buffer(WindowsAbi.TOKEN_PRIVILEGES__sizeof);
    all.set(JAVA_INT, WindowsAbi.TOKEN_PRIVILEGES__off__PrivilegeCount, 1);
    MemorySegment one = all.asSlice(WindowsAbi.TOKEN_PRIVILEGES__off__Privileges);
    MemorySegment luid =
        one.asSlice(WindowsAbi.LUID_AND_ATTRIBUTES__off__Luid, WindowsAbi.LUID__sizeof);
    int ok =
        (int)
            lookupPrivilegeValue
                .handle()
                .invokeExact(state.segment(), MemorySegment.NULL, wide(state, name), luid);
    if (ok == 0) {
      throw WindowsErrors.failure("LookupPrivilegeValueW(" + name + ")", state.errno());
    }
    one.set(
        JAVA_INT, WindowsAbi.LUID_AND_ATTRIBUTES__off__Attributes, WindowsAbi.SE_PRIVILEGE_ENABLED);
    return all;
  }

  /** A string of 16-bit characters, with a zero behind them. */
  private static MemorySegment wide(CallState state, String text) {
    MemorySegment wide = state.buffer((text.length() + 1L) * Character.BYTES);
    for (int i = 0; i < text.length(); i++) {
      wide.setAtIndex(JAVA_SHORT, i, (short) text.charAt(i));
    }
    return wide;
  }
}
