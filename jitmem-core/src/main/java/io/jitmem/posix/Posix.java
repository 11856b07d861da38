package io.jitmem.posix;

import io.jitmem.virtmem.Protection;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers that are the same on Linux, macOS and the BSDs: {@code sys/mman.h}, {@code fcntl.h}.
 */
public final class Posix {
  public static final int PROT_NONE = 0;
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int PROT_EXEC = 4;

  public static final int MAP_SHARED = 1;
  public static final int MAP_PRIVATE = 2;
  public static final int MAP_FIXED = 0x10;

  /** What mmap and mremap answer when they fail. */
  public static final long MAP_FAILED = -1;

  public static final int O_RDWR = 2;

  /** Reading and writing for the owner: {@code S_IRUSR | S_IWUSR}. */
  public static final int OWNER_ONLY = 0600;

  /** {@code sys/resource.h}: the largest file that the process may make. */
  public static final int RLIMIT_FSIZE = 1;

  private Posix() {}

  /** The {@code PROT_*} bits of a protection. */
  public static int prot(Protection protection) {
    return (protection.readable() ? PROT_READ : 0)
        | (protection.writable() ? PROT_WRITE : 0)
        | (protection.executable() ? PROT_EXEC : 0);
  }

  /** The bits as C source has them; what is not known is in hexadecimal. */
  static String protText(int prot) {
    List<String> names = new ArrayList<>();
    if ((prot & PROT_READ) != 0) {
      names.add("PROT_READ");
    }
    if ((prot & PROT_WRITE) != 0) {
      names.add("PROT_WRITE");
    }
    if ((prot & PROT_EXEC) != 0) {
      names.add("PROT_EXEC");
    }
    int rest = prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC);
    if (rest != 0) {
      names.add(hex(rest));
    }
    return names.isEmpty() ? "PROT_NONE" : String.join("|", names);
  }

  /** The bits as C source has them; what is not known is in hexadecimal. */
  static String mapText(int flags, PosixAbi abi) {
    List<String> names = new ArrayList<>();
    int rest = flags;
    rest = take(names, rest, MAP_SHARED, "MAP_SHARED");
    rest = take(names, rest, MAP_PRIVATE, "MAP_PRIVATE");
    rest = take(names, rest, MAP_FIXED, "MAP_FIXED");
    rest = take(names, rest, abi.MAP_ANON(), "MAP_ANON");
    rest = take(names, rest, abi.MAP_NORESERVE(), "MAP_NORESERVE");
    if (rest != 0 || names.isEmpty()) {
      names.add(hex(rest));
    }
    return String.join("|", names);
  }

  static String addressText(long address) {
    return address == 0 ? "NULL" : hex(address);
  }

  static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  private static int take(List<String> names, int flags, int flag, String name) {
    if (flag == 0 || (flags & flag) != flag) {
      return flags;
    }
    names.add(name);
    return flags & ~flag;
  }
}
