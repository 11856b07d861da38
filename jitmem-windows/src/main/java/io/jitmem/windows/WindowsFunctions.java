package io.jitmem.windows;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.util.List;

/**
 * The functions of Windows that this backend calls, and the library of each. Addresses of memory
 * that is mapped, handles, SIZE_T and ULONG64 are 8 bytes; BOOL, DWORD and ULONG are 4. The JDK's
 * own look-up knows none of these libraries.
 */
final class WindowsFunctions {
  static final NativeFunction VIRTUAL_ALLOC =
      kernel32("VirtualAlloc", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT);
  static final NativeFunction VIRTUAL_FREE =
      kernel32("VirtualFree", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  static final NativeFunction VIRTUAL_PROTECT =
      kernel32("VirtualProtect", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS);
  static final NativeFunction VIRTUAL_QUERY =
      kernel32("VirtualQuery", JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  static final NativeFunction CREATE_FILE_MAPPING =
      kernel32(
          "CreateFileMappingW",
          JAVA_LONG,
          JAVA_LONG,
          ADDRESS,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          ADDRESS);
  static final NativeFunction MAP_VIEW_OF_FILE =
      kernel32("MapViewOfFile", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  static final NativeFunction UNMAP_VIEW_OF_FILE = kernel32("UnmapViewOfFile", JAVA_INT, JAVA_LONG);
  static final NativeFunction CLOSE_HANDLE = kernel32("CloseHandle", JAVA_INT, JAVA_LONG);
  static final NativeFunction GET_CURRENT_PROCESS =
      kernel32("GetCurrentProcess", JAVA_LONG).withoutErrno();
  static final NativeFunction FLUSH_INSTRUCTION_CACHE =
      kernel32("FlushInstructionCache", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  static final NativeFunction FLUSH_PROCESS_WRITE_BUFFERS =
      NativeFunction.of("FlushProcessWriteBuffers", FunctionDescriptor.ofVoid())
          .orIn("kernel32")
          .withoutErrno();
  static final NativeFunction GET_SYSTEM_INFO =
      NativeFunction.of("GetSystemInfo", FunctionDescriptor.ofVoid(ADDRESS))
          .orIn("kernel32")
          .withoutErrno();
  static final NativeFunction GET_LARGE_PAGE_MINIMUM =
      kernel32("GetLargePageMinimum", JAVA_LONG).withoutErrno();

  /** Since Windows 8. */
  static final NativeFunction GET_PROCESS_MITIGATION_POLICY =
      kernel32("GetProcessMitigationPolicy", JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  /** Since Windows 10 1511. */
  static final NativeFunction IS_WOW64_PROCESS2 =
      kernel32("IsWow64Process2", JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);

  static final NativeFunction OPEN_PROCESS_TOKEN =
      in("advapi32", "OpenProcessToken", JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS);
  static final NativeFunction LOOKUP_PRIVILEGE_VALUE =
      in("advapi32", "LookupPrivilegeValueW", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
  static final NativeFunction ADJUST_TOKEN_PRIVILEGES =
      in(
          "advapi32",
          "AdjustTokenPrivileges",
          JAVA_INT,
          JAVA_LONG,
          JAVA_INT,
          ADDRESS,
          JAVA_INT,
          ADDRESS,
          ADDRESS);

  /** Since Windows 10 1803; kernel32 does not have it. */
  static final NativeFunction VIRTUAL_ALLOC2 =
      in(
          "kernelbase",
          "VirtualAlloc2",
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_INT,
          ADDRESS,
          JAVA_INT);

  /** Since Windows 10 1803; kernel32 does not have it. */
  static final NativeFunction MAP_VIEW_OF_FILE3 =
      in(
          "kernelbase",
          "MapViewOfFile3",
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_INT,
          ADDRESS,
          JAVA_INT);

  static final NativeFunction UNMAP_VIEW_OF_FILE2 =
      in("kernelbase", "UnmapViewOfFile2", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

  /** Since Windows 10; kernel32 does not have it. */
  static final NativeFunction SET_PROCESS_VALID_CALL_TARGETS =
      in(
          "kernelbase",
          "SetProcessValidCallTargets",
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          ADDRESS);

  /** Since Windows 8; ntdll alone has it. It answers an NTSTATUS. */
  static final NativeFunction RTL_ADD_GROWABLE_FUNCTION_TABLE =
      in(
              "ntdll",
              "RtlAddGrowableFunctionTable",
              JAVA_INT,
              ADDRESS,
              ADDRESS,
              JAVA_INT,
              JAVA_INT,
              JAVA_LONG,
              JAVA_LONG)
          .withoutErrno();

  static final NativeFunction RTL_DELETE_GROWABLE_FUNCTION_TABLE =
      NativeFunction.of("RtlDeleteGrowableFunctionTable", FunctionDescriptor.ofVoid(JAVA_LONG))
          .orIn("ntdll")
          .withoutErrno();

  /** All of them. */
  static final List<NativeFunction> ALL =
      List.of(
          VIRTUAL_ALLOC,
          VIRTUAL_FREE,
          VIRTUAL_PROTECT,
          VIRTUAL_QUERY,
          CREATE_FILE_MAPPING,
          MAP_VIEW_OF_FILE,
          UNMAP_VIEW_OF_FILE,
          CLOSE_HANDLE,
          GET_CURRENT_PROCESS,
          FLUSH_INSTRUCTION_CACHE,
          FLUSH_PROCESS_WRITE_BUFFERS,
          GET_SYSTEM_INFO,
          GET_LARGE_PAGE_MINIMUM,
          GET_PROCESS_MITIGATION_POLICY,
          IS_WOW64_PROCESS2,
          OPEN_PROCESS_TOKEN,
          LOOKUP_PRIVILEGE_VALUE,
          ADJUST_TOKEN_PRIVILEGES,
          VIRTUAL_ALLOC2,
          MAP_VIEW_OF_FILE3,
          UNMAP_VIEW_OF_FILE2,
          SET_PROCESS_VALID_CALL_TARGETS,
          RTL_ADD_GROWABLE_FUNCTION_TABLE,
          RTL_DELETE_GROWABLE_FUNCTION_TABLE);

  private WindowsFunctions() {}

  private static NativeFunction kernel32(
      String symbol, MemoryLayout result, MemoryLayout... parameters) {
    return in("kernel32", symbol, result, parameters);
  }

  private static NativeFunction in(
      String library, String symbol, MemoryLayout result, MemoryLayout... parameters) {
    return NativeFunction.of(symbol, FunctionDescriptor.of(result, parameters)).orIn(library);
  }
}
