package io.jitmem.linux;

import io.jitmem.posix.CallErrors;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Linux's error codes and their causes, by what {@code /proc}, {@code /sys} and PR_GET_MDWE say
 * about this process.
 */
final class LinuxErrors implements CallErrors.Hints {
  static final int ENOMEM = 12;
  static final int EMFILE = 24;
  static final int EFBIG = 27;
  static final int ENOSPC = 28;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;
  private static final int ENFILE = 23;
  private static final int EDQUOT = 122;

  /** Compiled for the first error only: it costs a fresh JVM milliseconds. */
  private static final class Flags {
    /** How {@link io.jitmem.posix.PosixCalls#mmap} writes flags that it has no names for. */
    static final Pattern UNNAMED = Pattern.compile("\\|0x([0-9a-f]{1,8})[,)]");
  }

  private final LinuxEnvironment environment;
  private final Supplier<SelfRestraint> restraint;

  LinuxErrors(LinuxEnvironment environment, Supplier<SelfRestraint> restraint) {
    this.environment = environment;
    this.restraint = restraint;
  }

  /** The kernel's {@code asm-generic/errno.h}, the same on the three CPUs. */
  static ErrnoTable table() {
    return new ErrnoTable()
        .add(11, "EAGAIN", Kind.OUT_OF_MEMORY)
        .add(36, "ENAMETOOLONG", Kind.INVALID_ARGUMENT)
        .add(ENOSYS, "ENOSYS", Kind.NOT_SUPPORTED)
        .add(40, "ELOOP", Kind.OTHER)
        .add(75, "EOVERFLOW", Kind.OUT_OF_MEMORY)
        .add(EOPNOTSUPP, "EOPNOTSUPP", Kind.NOT_SUPPORTED)
        .add(EDQUOT, "EDQUOT", Kind.NO_SPACE);
  }

  @Override
  public String hint(String function, String text, int code) {
    return switch (function) {
      case "mmap", "mprotect" -> mappingHint(text, code);
      case "mremap", "munmap" -> code == ENOMEM ? mapCountHint() : "";
      case "madvise" -> adviceHint(text, code);
      case "memfd_create" -> memfdHint(code);
      case "ftruncate", "posix_fallocate" -> sizeHint(code);
      case "open", "shm_open" -> openHint(code);
      case "membarrier", "prctl" -> code == ENOSYS ? "the kernel lacks it or " + filter() : "";
      default -> "";
    };
  }

  private String mappingHint(String text, int code) {
    boolean executable = text.contains("PROT_EXEC");
    boolean file = text.contains("fd=");
    if (code == ErrnoTable.EINVAL && text.contains("PROT_EXEC|0x10")) {
      return "the kernel does not take PROT_BTI (0x10), which guarded branches need";
    }
    if (code == ENOMEM) {
      return isHuge(text) ? poolHint() : memoryHint();
    }
    if (code == ErrnoTable.EPERM && executable) {
      return file
          ? "the file lies on a noexec mount, or " + filter() + " executable mappings"
          : filter() + " executable memory, as MemoryDenyWriteExecute= of systemd sets up";
    }
    return code == ErrnoTable.EACCES && executable ? writeExecuteHint(file) : "";
  }

  /** Why memory may be writable or executable but not both, or may not become executable. */
  private String writeExecuteHint(boolean file) {
    if (restraint.get().deniesWriteExecute()) {
      return "the process has denied it to itself: PR_SET_MDWE is in force (prctl PR_GET_MDWE)";
    }
    if (environment.selinuxEnforces()) {
      return "SELinux is enforcing and the policy does not grant "
          + (file ? "execute on that file to " : "execmem, execmod or execheap to ")
          + environment.read("/proc/self/attr/current").orElse("this process").replace("\0", "");
    }
    return "a security module denies it; PR_SET_MDWE is not in force and SELinux does not enforce";
  }

  private String filter() {
    return restraint.get().isFiltered()
        ? "a seccomp filter (Seccomp: 2 in /proc/self/status) refuses"
        : "a seccomp filter or a security module refuses";
  }

  private String mapCountHint() {
    return environment
        .readNumber("/proc/sys/vm/max_map_count")
        .map(limit ->
            "out of memory, or of mappings (%d of vm.max_map_count=%d are in use)"
                .formatted(environment.mappingCount(), limit))
        .orElse("");
  }

  /** Why {@code mmap} may find no memory. */
  private String memoryHint() {
    String addressSpace =
        environment
            .limit("Max address space")
            .filter(value -> !value.equals("unlimited"))
            .map(value -> ", or of address space (ulimit -v allows " + value + " bytes)")
            .orElse("");
    return mapCountHint() + addressSpace;
  }

  /**
   * Whether the flags of a call, the last of its arguments or before a descriptor, have
   * MAP_HUGETLB.
   */
  private static boolean isHuge(String text) {
    Matcher flags = Flags.UNNAMED.matcher(text);
    return flags.find() && (Long.parseLong(flags.group(1), 16) & LinuxAbi.MAP_HUGETLB) != 0;
  }

  private String poolHint() {
    StringBuilder pools = new StringBuilder("the pool of huge pages is used up:");
    for (LinuxEnvironment.HugePages size : environment.hugePages()) {
      pools.append(" %s %d free of %d;".formatted(size.sizeText(), size.free(), size.pool()));
    }
    return pools.append(" see vm.nr_hugepages").toString();
  }

  private static String adviceHint(String text, int code) {
    boolean file = text.contains("MADV_REMOVE");
    return switch (code) {
      case EOPNOTSUPP -> "the file system cannot take back parts of a file";
      case ErrnoTable.EINVAL -> "the pages are locked in memory, or the kernel is too old for it";
      case ErrnoTable.EACCES -> file ? "this kernel does it only while the memory is writable" : "";
      default -> "";
    };
  }

  private String memfdHint(int code) {
    return switch (code) {
      case ErrnoTable.EACCES ->
          environment
              .read("/proc/sys/vm/memfd_noexec")
              .map(value -> "vm.memfd_noexec is " + value)
              .orElse("a security module denies it");
      case ErrnoTable.EPERM -> filter() + " it";
      case ENOSYS ->
          "the kernel lacks it (before 3.17) or "
              + (restraint.get().isFiltered() ? "a seccomp filter hides it" : "a filter hides it");
      default -> descriptorHint(code);
    };
  }

  private String descriptorHint(int code) {
    return switch (code) {
      case EMFILE ->
          environment
              .limit("Max open files")
              .map(value -> "the process may open " + value + " descriptors (ulimit -n)")
              .orElse("the process may open no more descriptors (ulimit -n)");
      case ENFILE -> "the system has no descriptors left (fs.file-max)";
      default -> "";
    };
  }

  private String sizeHint(int code) {
    return switch (code) {
      case EFBIG ->
          environment
              .limit("Max file size")
              .map(value -> "files of this process may have " + value + " bytes (ulimit -f)")
              .orElse("");
      case ENOSPC -> "the file system is full";
      case EDQUOT -> "the user's quota on the file system is used up";
      default -> "";
    };
  }

  private String openHint(int code) {
    return switch (code) {
      case EOPNOTSUPP -> "the file system has no O_TMPFILE";
      case ErrnoTable.ENOENT -> "there is no such directory";
      case ErrnoTable.EACCES -> "this user may not write there";
      case ENOSPC -> "the file system is full";
      case EDQUOT -> "the user's quota on the file system is used up";
      default -> descriptorHint(code);
    };
  }
}
