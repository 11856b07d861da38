package io.jitmem.linux;

import io.jitmem.posix.CallErrors;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.virtmem.VirtMemException.Kind;

/**
 * Linux's error codes and their usual causes, by what {@code /proc} and {@code /sys} say about this
 * process.
 */
final class LinuxErrors implements CallErrors.Hints {
  static final int ENOMEM = 12;
  static final int EMFILE = 24;
  static final int EFBIG = 27;
  static final int ENOSPC = 28;
  static final int ENOSYS = 38;
  static final int EOPNOTSUPP = 95;

  private final LinuxEnvironment environment;

  LinuxErrors(LinuxEnvironment environment) {
    this.environment = environment;
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
        .add(122, "EDQUOT", Kind.NO_SPACE);
  }

  @Override
  public String hint(String function, String text, int code) {
    return switch (function) {
      case "mmap", "mprotect" -> mappingHint(text, code);
      case "mremap", "munmap" -> code == ENOMEM ? environment.mapCountHint() : "";
      case "madvise" -> discardHint(text, code);
      case "memfd_create" -> memfdHint(code);
      case "ftruncate", "posix_fallocate" -> sizeHint(code);
      case "open", "shm_open" -> openHint(code);
      case "membarrier", "prctl" ->
          code == ENOSYS ? "the kernel lacks it or a seccomp filter hides it" : "";
      default -> "";
    };
  }

  private String mappingHint(String text, int code) {
    boolean executable = text.contains("PROT_EXEC");
    if (code == ENOMEM) {
      return environment.memoryHint();
    }
    if (code == ErrnoTable.EPERM && executable && text.contains("fd=")) {
      return "the file lies on a noexec mount, or a seccomp filter refuses executable mappings";
    }
    if (code == ErrnoTable.EPERM && executable) {
      return "a seccomp filter refuses executable memory, as MemoryDenyWriteExecute= of systemd sets up";
    }
    return code == ErrnoTable.EACCES && executable ? environment.writeExecuteHint() : "";
  }

  private static String discardHint(String text, int code) {
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
      case ErrnoTable.EACCES -> environment.memfdNoexecHint();
      case ErrnoTable.EPERM, ENOSYS -> "a seccomp filter hides it";
      case EMFILE -> environment.descriptorHint();
      default -> "";
    };
  }

  private String sizeHint(int code) {
    return switch (code) {
      case EFBIG -> environment.fileSizeHint();
      case ENOSPC -> "the file system is full";
      default -> "";
    };
  }

  private String openHint(int code) {
    return switch (code) {
      case EOPNOTSUPP -> "the file system has no O_TMPFILE";
      case ErrnoTable.ENOENT -> "there is no such directory";
      case ErrnoTable.EACCES -> "this user may not write there";
      case EMFILE -> environment.descriptorHint();
      default -> "";
    };
  }
}
