package io.jitmem.tests;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Takes abilities from this very process, as administrators and sandboxes do. Linux on x86-64. */
@SuppressWarnings("restricted")
final class Restraints {
  static final int RLIMIT_FSIZE = 1;
  static final int RLIMIT_NOFILE = 7;
  static final int RLIMIT_AS = 9;
  static final int MEMFD_CREATE = 319;

  private static final int EPERM = 1;
  private static final int ENOSYS = 38;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_SET_THP_DISABLE = 41;
  private static final int PR_SET_MDWE = 65;
  private static final int SECCOMP = 317;
  private static final int MMAP = 9;
  private static final int MPROTECT = 10;
  private static final int SHMAT = 30;
  private static final int PKEY_MPROTECT = 329;
  private static final int PROT_EXEC = 4;
  private static final int WRITE_EXECUTE = 6;
  private static final int SHM_EXEC = 0100000;

  private static final MethodHandle PRCTL =
      function(
          "prctl",
          1,
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SYSCALL =
      function(
          "syscall",
          1,
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SETRLIMIT =
      function("setrlimit", -1, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle GETRLIMIT =
      function("getrlimit", -1, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private Restraints() {}

  /** Refuses memory that was writable when it is to become executable, for good. */
  static void denyWriteExecute() throws Throwable {
    require((int) PRCTL.invokeExact(PR_SET_MDWE, 1L, 0L, 0L, 0L) == 0, "PR_SET_MDWE");
  }

  /** Takes transparent huge pages from this process, but for those that it has. */
  static void denyTransparentHugePages() throws Throwable {
    require((int) PRCTL.invokeExact(PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L) == 0, "THP_DISABLE");
  }

  /** The filter that systemd sets up for MemoryDenyWriteExecute= where the kernel has no MDWE. */
  static void filterWriteExecute() throws Throwable {
    List<long[]> code = new ArrayList<>();
    code.addAll(denyArgument(MMAP, 2, WRITE_EXECUTE, true));
    code.addAll(denyArgument(MPROTECT, 2, PROT_EXEC, false));
    code.addAll(denyArgument(PKEY_MPROTECT, 2, PROT_EXEC, false));
    code.addAll(denyArgument(SHMAT, 2, SHM_EXEC, false));
    install(code);
  }

  /** Makes a system call fail as on a kernel that does not have it. */
  static void hide(int number) throws Throwable {
    install(
        List.of(
            instruction(0x20, 0, 0, 0),
            instruction(0x15, 0, 1, number),
            instruction(0x06, 0, 0, 0x50000 | ENOSYS)));
  }

  /** Sets the soft limit of a resource and gives back what it was. */
  static long limit(int resource, long soft) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limits = arena.allocate(2 * Long.BYTES, Long.BYTES);
      require((int) GETRLIMIT.invokeExact(resource, limits) == 0, "getrlimit");
      long before = limits.get(JAVA_LONG, 0);
      limits.set(JAVA_LONG, 0, soft);
      require((int) SETRLIMIT.invokeExact(resource, limits) == 0, "setrlimit");
      return before;
    }
  }

  /** EPERM if a call's argument has all the bits, or any of them. */
  private static List<long[]> denyArgument(int number, int argument, int bits, boolean all) {
    return List.of(
        instruction(0x20, 0, 0, 0), // number of the call
        instruction(0x15, 0, 4, number),
        instruction(0x20, 0, 0, 16 + 8L * argument),
        instruction(0x54, 0, 0, bits),
        all ? instruction(0x15, 0, 1, bits) : instruction(0x15, 1, 0, 0),
        instruction(0x06, 0, 0, 0x50000 | EPERM));
  }

  private static long[] instruction(int code, int yes, int no, long value) {
    return new long[] {code, yes, no, value};
  }

  /** Installs a filter on all threads, which allows what does not answer before its end. */
  private static void install(List<long[]> instructions) throws Throwable {
    List<long[]> program = new ArrayList<>(instructions);
    program.add(instruction(0x06, 0, 0, 0x7fff0000));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment code = arena.allocate(8L * program.size(), 8);
      for (int i = 0; i < program.size(); i++) {
        long[] each = program.get(i);
        code.set(JAVA_SHORT, i * 8L, (short) each[0]);
        code.set(JAVA_BYTE, i * 8L + 2, (byte) each[1]);
        code.set(JAVA_BYTE, i * 8L + 3, (byte) each[2]);
        code.set(JAVA_INT, i * 8L + 4, (int) each[3]);
      }
      MemorySegment filter = arena.allocate(16, 8);
      filter.set(JAVA_SHORT, 0, (short) program.size());
      filter.set(ADDRESS, 8, code);
      require((int) PRCTL.invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0, "no_new_privs");
      long set = (long) SYSCALL.invokeExact((long) SECCOMP, 1L, 1L, filter.address());
      require(set == 0, "seccomp with TSYNC");
    }
  }

  private static MethodHandle function(String name, int variadicFrom, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] options =
        variadicFrom < 0
            ? new Linker.Option[0]
            : new Linker.Option[] {Linker.Option.firstVariadicArg(variadicFrom)};
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type, options);
  }

  private static void require(boolean done, String what) {
    if (!done) {
      throw new IllegalStateException(what + " failed");
    }
  }
}
