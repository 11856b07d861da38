package io.jitmem.macos;

import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.PosixAbi;
import io.jitmem.virtmem.VirtMemException.Kind;

/**
 * The numbers of macOS beside those of every Unix, named as in C, from {@code sys/mman.h}, {@code
 * sys/fcntl.h}, {@code sys/errno.h}, {@code sys/codesign.h} and {@code kern/cs_blobs.h}; the same
 * on both CPUs.
 */
final class Macos {
  static final int MAP_NORESERVE = 0x40;
  static final int MAP_JIT = 0x800;
  static final int MAP_ANON = 0x1000;

  static final int O_NOFOLLOW = 0x100;
  static final int O_CREAT = 0x200;
  static final int O_EXCL = 0x800;
  static final int O_CLOEXEC = 0x1000000;

  static final int ENOMEM = 12;
  static final int EAGAIN = 35;
  static final int ENOTSUP = 45;
  static final int ELOOP = 62;
  static final int ENAMETOOLONG = 63;
  static final int ENOSYS = 78;
  static final int EOVERFLOW = 84;
  static final int EOPNOTSUPP = 102;

  static final int CS_OPS_STATUS = 0;
  static final int CS_OPS_ENTITLEMENTS_BLOB = 7;

  static final int CS_VALID = 0x1;
  static final int CS_ADHOC = 0x2;
  static final int CS_GET_TASK_ALLOW = 0x4;
  static final int CS_HARD = 0x100;
  static final int CS_KILL = 0x200;
  static final int CS_ENFORCEMENT = 0x1000;
  static final int CS_RUNTIME = 0x10000;
  static final int CS_DEBUGGED = 0x10000000;

  private Macos() {}

  static PosixAbi abi() {
    return new PosixAbi(MAP_ANON, MAP_NORESERVE, O_CREAT, O_EXCL, O_CLOEXEC, O_NOFOLLOW);
  }

  static ErrnoTable errors() {
    return new ErrnoTable()
        .add(EAGAIN, "EAGAIN", Kind.OUT_OF_MEMORY)
        .add(ENOTSUP, "ENOTSUP", Kind.NOT_SUPPORTED)
        .add(ELOOP, "ELOOP", Kind.OTHER)
        .add(ENAMETOOLONG, "ENAMETOOLONG", Kind.INVALID_ARGUMENT)
        .add(ENOSYS, "ENOSYS", Kind.NOT_SUPPORTED)
        .add(EOVERFLOW, "EOVERFLOW", Kind.OUT_OF_MEMORY)
        .add(EOPNOTSUPP, "EOPNOTSUPP", Kind.NOT_SUPPORTED);
  }
}
