package io.jitmem.posix;

import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * The names and kinds of one system's error codes. The codes below 35 that matter here are the same
 * on every Unix ({@code errno.h}); the rest, 11 and 35 among them, each system adds itself.
 */
public final class ErrnoTable {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EACCES = 13;
  public static final int EFAULT = 14;
  public static final int EINVAL = 22;

  private record Entry(String name, Kind kind) {}

  private final Map<Integer, Entry> entries = new HashMap<>();

  /** A table of the codes that all systems share. */
  public ErrnoTable() {
    add(EPERM, "EPERM", Kind.PERMISSION_DENIED);
    add(ENOENT, "ENOENT", Kind.OTHER);
    add(EINTR, "EINTR", Kind.OTHER);
    add(5, "EIO", Kind.OTHER);
    add(9, "EBADF", Kind.INVALID_ARGUMENT);
    add(12, "ENOMEM", Kind.OUT_OF_MEMORY);
    add(EACCES, "EACCES", Kind.PERMISSION_DENIED);
    add(EFAULT, "EFAULT", Kind.INVALID_ARGUMENT);
    add(16, "EBUSY", Kind.OTHER);
    add(17, "EEXIST", Kind.ADDRESS_IN_USE);
    add(19, "ENODEV", Kind.NOT_SUPPORTED);
    add(20, "ENOTDIR", Kind.OTHER);
    add(EINVAL, "EINVAL", Kind.INVALID_ARGUMENT);
    add(23, "ENFILE", Kind.TOO_MANY_HANDLES);
    add(24, "EMFILE", Kind.TOO_MANY_HANDLES);
    add(26, "ETXTBSY", Kind.OTHER);
    add(27, "EFBIG", Kind.FILE_TOO_LARGE);
    add(28, "ENOSPC", Kind.NO_SPACE);
    add(30, "EROFS", Kind.PERMISSION_DENIED);
  }

  /** Adds or replaces a code. */
  public ErrnoTable add(int code, String name, Kind kind) {
    entries.put(code, new Entry(name, kind));
    return this;
  }

  /** The symbolic name, or the empty string for a code that is not in the table. */
  public String name(int code) {
    Entry entry = entries.get(code);
    return entry == null ? "" : entry.name();
  }

  /** The kind of refusal. */
  public Kind kind(int code) {
    Entry entry = entries.get(code);
    return entry == null ? Kind.OTHER : entry.kind();
  }
}
