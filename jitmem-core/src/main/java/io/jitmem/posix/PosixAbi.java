package io.jitmem.posix;

/**
 * The numbers in which the Unix systems differ, for one system and CPU. Named as in C; each backend
 * says which header its values are from. What all of them agree on is in {@link Posix}.
 *
 * @param bound how the later protections of a mapping are bounded when it is mapped
 */
public record PosixAbi(
    int MAP_ANON,
    int MAP_NORESERVE,
    int O_CREAT,
    int O_EXCL,
    int O_CLOEXEC,
    int O_NOFOLLOW,
    ProtectionBound bound) {
  /** A system that does not bound the later protections of a mapping. */
  public PosixAbi(
      int MAP_ANON, int MAP_NORESERVE, int O_CREAT, int O_EXCL, int O_CLOEXEC, int O_NOFOLLOW) {
    this(MAP_ANON, MAP_NORESERVE, O_CREAT, O_EXCL, O_CLOEXEC, O_NOFOLLOW, ProtectionBound.NONE);
  }
}
