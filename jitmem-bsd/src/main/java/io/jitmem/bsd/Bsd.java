package io.jitmem.bsd;

import io.jitmem.posix.ErrnoTable;
import io.jitmem.virtmem.VirtMemException.Kind;

/**
 * The numbers that FreeBSD, NetBSD, OpenBSD and DragonFly have in common beside those of every
 * Unix, named as in C: {@code sys/mman.h}, {@code sys/fcntl.h}, {@code sys/errno.h}.
 */
final class Bsd {
  static final int MAP_ANON = 0x1000;

  static final int O_CREAT = 0x200;
  static final int O_EXCL = 0x800;
  static final int O_NOFOLLOW = 0x100;

  static final int ENOMEM = 12;
  static final int ENFILE = 23;
  static final int EMFILE = 24;
  static final int EFBIG = 27;
  static final int ENOSPC = 28;
  static final int EAGAIN = 35;
  static final int EOPNOTSUPP = 45;
  static final int ELOOP = 62;
  static final int ENAMETOOLONG = 63;
  static final int EDQUOT = 69;
  static final int ENOSYS = 78;

  private Bsd() {}

  /** The codes that all four have. */
  static ErrnoTable errors() {
    return new ErrnoTable()
        .add(EAGAIN, "EAGAIN", Kind.OUT_OF_MEMORY)
        .add(EOPNOTSUPP, "EOPNOTSUPP", Kind.NOT_SUPPORTED)
        .add(ELOOP, "ELOOP", Kind.OTHER)
        .add(ENAMETOOLONG, "ENAMETOOLONG", Kind.INVALID_ARGUMENT)
        .add(EDQUOT, "EDQUOT", Kind.NO_SPACE)
        .add(ENOSYS, "ENOSYS", Kind.NOT_SUPPORTED);
  }

  /** The cause of a failed call as far as it is the same on all four, or the empty string. */
  static String hint(String function, String text, int code) {
    return switch (function) {
      case "mmap", "mprotect", "mremap" -> code == ENOMEM ? memoryHint() : noexecHint(text, code);
      case "open", "shm_open", "memfd_create" -> openHint(code);
      case "ftruncate", "posix_fallocate", "pwrite" -> sizeHint(code);
      default -> "";
    };
  }

  private static String memoryHint() {
    return "out of memory or address space; RLIMIT_DATA and RLIMIT_AS (ulimit -d, -v) bound both";
  }

  private static String noexecHint(String text, int code) {
    boolean executableFile = text.contains("PROT_EXEC") && text.contains("fd=");
    return executableFile && code == ErrnoTable.EACCES ? "the file lies on a noexec mount" : "";
  }

  private static String openHint(int code) {
    return switch (code) {
      case EMFILE -> "the process may open no more descriptors (ulimit -n)";
      case ENFILE -> "the system has no descriptors left (kern.maxfiles)";
      case ErrnoTable.ENOENT -> "there is no such directory";
      case ErrnoTable.EACCES -> "this user may not write there";
      default -> sizeHint(code);
    };
  }

  private static String sizeHint(int code) {
    return switch (code) {
      case EFBIG -> "the file would exceed a limit on file sizes (ulimit -f)";
      case ENOSPC -> "the file system is full";
      case EDQUOT -> "the user's quota on the file system is used up";
      default -> "";
    };
  }
}
