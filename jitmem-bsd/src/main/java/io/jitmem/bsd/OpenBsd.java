package io.jitmem.bsd;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Places;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixAbi;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;

/**
 * OpenBSD. Memory that is writable and executable at once is never asked for: the system refuses it
 * to all programs but those that are marked and lie on a file system that is mounted wxallowed, and
 * where {@code kern.wxabort} is set it does not refuse but ends the process. From {@code
 * sys/mman.h}, {@code sys/fcntl.h}, {@code sys/errno.h}; the same on the CPUs known.
 */
final class OpenBsd implements BsdSystem {
  static final String NAME = "OpenBSD";

  /** {@code sys/mman.h} has it for the C library's own use. */
  static final int __MAP_NOREPLACE = 0x800;

  static final int O_CLOEXEC = 0x10000;

  static final int EOVERFLOW = 87;
  static final int ENOTSUP = 91;

  @Override
  public String name() {
    return NAME;
  }

  /** Its MAP_NORESERVE is 0. */
  @Override
  public PosixAbi abi() {
    return new PosixAbi(Bsd.MAP_ANON, 0, Bsd.O_CREAT, Bsd.O_EXCL, O_CLOEXEC, Bsd.O_NOFOLLOW);
  }

  @Override
  public ErrnoTable errors() {
    return Bsd.errors()
        .add(EOVERFLOW, "EOVERFLOW", Kind.OUT_OF_MEMORY)
        .add(ENOTSUP, "ENOTSUP", Kind.NOT_SUPPORTED);
  }

  @Override
  public NativeFunction shmOpen() {
    return BsdCalls.SHM_OPEN;
  }

  @Override
  public List<NativeFunction> functions() {
    return List.of(shmOpen(), BsdCalls.MQUERY, BsdCalls.CLEAR_CACHE);
  }

  @Override
  public String hint(String function, String text, int code) {
    return switch (code) {
      case ErrnoTable.EPERM ->
          text.contains("PROT_EXEC")
              ? "the range was made immutable (mimmutable), or the process has pledged without"
                  + " prot_exec"
              : "the range was made immutable (mimmutable)";
      case ENOTSUP -> "memory that is writable and executable at once is denied (W^X)";
      case ErrnoTable.EINVAL ->
          function.equals("munmap") ? "a part of the range is not mapped any more" : "";
      default -> "";
    };
  }

  @Override
  public List<DualRoute> routes(BsdKernel kernel) {
    return List.of(FileRoute.sharedMemory(kernel), FileRoute.temporaryFile(kernel));
  }

  @Override
  public Places places(BsdKernel kernel) {
    return new Queried(kernel.own(), new ReservedSpace(kernel.posix()));
  }

  /** Asks where there is room before it is taken. */
  private record Queried(BsdCalls calls, ReservedSpace space) implements Places {
    @Override
    public long from(long address, long byteSize) {
      return at(calls.mquery(address, byteSize), byteSize);
    }

    @Override
    public long at(long address, long byteSize) {
      return space.at(address, byteSize, Posix.MAP_FIXED | __MAP_NOREPLACE);
    }
  }

  @Override
  public void requireAllowed(Protection protection) {
    if (protection.writable() && protection.executable()) {
      throw new UnsupportedOperationException(
          "OpenBSD denies memory that is writable and executable at once (W^X), and is not asked,"
              + " since under kern.wxabort it would end the process");
    }
  }

  @Override
  public String largePages() {
    return "no call is known by which a program of OpenBSD asks for large pages";
  }

  @Override
  public List<Condition> conditions(BsdKernel kernel) {
    return List.of(
        Condition.restricting(
            "W^X", "enforced", "no memory is writable and executable at once; RWX is never tried"),
        Condition.restricting(
            "landing pads",
            "expected",
            "where the CPU has them (IBT, BTI), an indirect branch to code that does not begin with"
                + " endbr64 or bti ends the process, unless the program is linked nobtcfi; a method"
                + " handle enters code by an indirect branch"),
        Condition.restricting(
            "system calls",
            "of the C library only",
            "code that makes one itself ends the process"));
  }
}
