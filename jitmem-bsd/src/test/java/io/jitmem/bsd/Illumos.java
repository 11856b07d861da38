package io.jitmem.bsd;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Places;
import io.jitmem.posix.PosixAbi;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.List;

/** illumos, as PORTING.md has it; not shipped, since nobody has run it. */
final class Illumos implements BsdSystem {
  static final int MAP_ANON = 0x100;
  static final int MAP_NORESERVE = 0x40;
  static final int O_CREAT = 0x100;
  static final int O_EXCL = 0x400;
  static final int O_CLOEXEC = 0x800000;
  static final int O_NOFOLLOW = 0x20000;

  @Override
  public String name() {
    return "SunOS";
  }

  @Override
  public PosixAbi abi() {
    return new PosixAbi(MAP_ANON, MAP_NORESERVE, O_CREAT, O_EXCL, O_CLOEXEC, O_NOFOLLOW);
  }

  @Override
  public ErrnoTable errors() {
    return new ErrnoTable()
        .add(11, "EAGAIN", Kind.OUT_OF_MEMORY)
        .add(48, "ENOTSUP", Kind.NOT_SUPPORTED)
        .add(49, "EDQUOT", Kind.NO_SPACE)
        .add(79, "EOVERFLOW", Kind.OUT_OF_MEMORY)
        .add(89, "ENOSYS", Kind.NOT_SUPPORTED);
  }

  /** Its mode_t has 32 bits. */
  @Override
  public NativeFunction shmOpen() {
    return BsdCalls.SHM_OPEN;
  }

  @Override
  public List<NativeFunction> functions() {
    return List.of(shmOpen());
  }

  @Override
  public String hint(String function, String text, int code) {
    return "";
  }

  @Override
  public List<DualRoute> routes(BsdKernel kernel) {
    return List.of(FileRoute.sharedMemory(kernel), FileRoute.temporaryFile(kernel));
  }

  /** No flag is known that insists on an address: a hint, and a look at what came of it. */
  @Override
  public Places places(BsdKernel kernel) {
    return new Places.Hinted(new ReservedSpace(kernel.posix()), 0);
  }

  @Override
  public String largePages() {
    return "large pages are asked for by memcntl, which is not called here";
  }

  @Override
  public List<Condition> conditions(BsdKernel kernel) {
    return List.of();
  }
}
