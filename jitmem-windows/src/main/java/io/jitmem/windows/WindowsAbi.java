package io.jitmem.windows;

import io.jitmem.virtmem.Protection;

/**
 * Windows' numbers, named as in C, from {@code winnt.h}, {@code memoryapi.h} and {@code winerror.h}
 * of the Windows 11 SDK as mingw-w64 14 has them. Without a remark they are the same on x86-64 and
 * AArch64.
 */
final class WindowsAbi {
  static final int PAGE_NOACCESS = 0x1;
  static final int PAGE_READONLY = 0x2;
  static final int PAGE_READWRITE = 0x4;
  static final int PAGE_EXECUTE_READ = 0x20;
  static final int PAGE_EXECUTE_READWRITE = 0x40;

  /** With an executable protection, of pages that are allocated or mapped. */
  static final int PAGE_TARGETS_INVALID = 0x40000000;

  /** The number of {@link #PAGE_TARGETS_INVALID}, for {@code VirtualProtect}. */
  static final int PAGE_TARGETS_NO_UPDATE = 0x40000000;

  static final int MEM_COMMIT = 0x1000;
  static final int MEM_RESERVE = 0x2000;
  static final int MEM_REPLACE_PLACEHOLDER = 0x4000;
  static final int MEM_RESERVE_PLACEHOLDER = 0x40000;
  static final int MEM_RESET = 0x80000;
  static final int MEM_LARGE_PAGES = 0x20000000;

  /** The number of {@link #MEM_REPLACE_PLACEHOLDER}, for {@code VirtualFree}. */
  static final int MEM_DECOMMIT = 0x4000;

  static final int MEM_RELEASE = 0x8000;
  static final int MEM_FREE = 0x10000;

  static final int MEM_COALESCE_PLACEHOLDERS = 0x1;
  static final int MEM_PRESERVE_PLACEHOLDER = 0x2;

  /** {@code MEM_EXTENDED_PARAMETER_TYPE}, the low 8 bits of the parameter's first word. */
  static final int MemExtendedParameterAddressRequirements = 1;

  static final int SEC_RESERVE = 0x4000000;
  static final int SEC_COMMIT = 0x8000000;
  static final int SEC_LARGE_PAGES = 0x80000000;

  static final int FILE_MAP_WRITE = 0x2;
  static final int FILE_MAP_READ = 0x4;

  /** Not {@code SECTION_MAP_EXECUTE}, which is 8. */
  static final int FILE_MAP_EXECUTE = 0x20;

  /** With {@link #FILE_MAP_EXECUTE}. */
  static final int FILE_MAP_TARGETS_INVALID = 0x40000000;

  /** Needed since Windows 10 1703, ignored before. */
  static final int FILE_MAP_LARGE_PAGES = 0x20000000;

  /** What stands for a file where a section is backed by the paging file. */
  static final long INVALID_HANDLE_VALUE = -1;

  static final int TOKEN_QUERY = 0x8;
  static final int TOKEN_ADJUST_PRIVILEGES = 0x20;
  static final int SE_PRIVILEGE_ENABLED = 2;

  static final int ProcessDynamicCodePolicy = 2;
  static final int ProcessControlFlowGuardPolicy = 7;
  static final int ProcessUserShadowStackPolicy = 15;

  static final int IMAGE_FILE_MACHINE_ARM64 = 0xaa64;

  static final long SYSTEM_INFO__sizeof = 48;
  static final long SYSTEM_INFO__off__dwPageSize = 4;
  static final long SYSTEM_INFO__off__lpMinimumApplicationAddress = 8;
  static final long SYSTEM_INFO__off__lpMaximumApplicationAddress = 16;
  static final long SYSTEM_INFO__off__dwAllocationGranularity = 40;

  static final long MEMORY_BASIC_INFORMATION__sizeof = 48;
  static final long MEMORY_BASIC_INFORMATION__off__BaseAddress = 0;
  static final long MEMORY_BASIC_INFORMATION__off__RegionSize = 24;
  static final long MEMORY_BASIC_INFORMATION__off__State = 32;
  static final long MEMORY_BASIC_INFORMATION__off__Protect = 36;

  static final long MEM_EXTENDED_PARAMETER__sizeof = 16;
  static final long MEM_EXTENDED_PARAMETER__off__ULong64 = 8;

  static final long MEM_ADDRESS_REQUIREMENTS__sizeof = 24;
  static final long MEM_ADDRESS_REQUIREMENTS__off__LowestStartingAddress = 0;
  static final long MEM_ADDRESS_REQUIREMENTS__off__HighestEndingAddress = 8;

  static final long CFG_CALL_TARGET_INFO__sizeof = 16;
  static final long CFG_CALL_TARGET_INFO__off__Offset = 0;
  static final long CFG_CALL_TARGET_INFO__off__Flags = 8;
  static final long CFG_CALL_TARGET_VALID = 1;

  static final long LUID__sizeof = 8;

  static final long TOKEN_PRIVILEGES__sizeof = 16;
  static final long TOKEN_PRIVILEGES__off__PrivilegeCount = 0;
  static final long TOKEN_PRIVILEGES__off__Privileges = 4;

  static final long LUID_AND_ATTRIBUTES__off__Luid = 0;
  static final long LUID_AND_ATTRIBUTES__off__Attributes = 8;

  static final long PROCESS_MITIGATION_DYNAMIC_CODE_POLICY__sizeof = 4;

  /** x86-64's; AArch64 has another. */
  static final long RUNTIME_FUNCTION__sizeof = 12;

  static final long RUNTIME_FUNCTION__off__BeginAddress = 0;
  static final long RUNTIME_FUNCTION__off__EndAddress = 4;
  static final long RUNTIME_FUNCTION__off__UnwindData = 8;

  static final int STATUS_INVALID_PARAMETER = 0xc000000d;
  static final int STATUS_NO_MEMORY = 0xc0000017;

  private WindowsAbi() {}

  /** Whether a {@code PAGE_*} allows for execution. */
  static boolean isExecutable(int page) {
    return (page & (PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE)) != 0;
  }

  /** The {@code PAGE_*} constant of a protection. */
  static int page(Protection protection) {
    return switch (protection) {
      case NONE -> PAGE_NOACCESS;
      case R -> PAGE_READONLY;
      case RW -> PAGE_READWRITE;
      case RX -> PAGE_EXECUTE_READ;
      case RWX -> PAGE_EXECUTE_READWRITE;
    };
  }
}
