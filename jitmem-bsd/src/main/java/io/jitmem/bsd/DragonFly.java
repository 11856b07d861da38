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

/**
 * DragonFly. It enforces no W^X, and has no file in memory without a name. From {@code sys/mman.h},
 * {@code sys/fcntl.h}, {@code sys/errno.h}.
 */
final class DragonFly implements BsdSystem {
  static final String NAME = "DragonFly";

  static final int MAP_NORESERVE = 0x40;
  static final int MAP_TRYFIXED = 0x10000;

  static final int O_CLOEXEC = 0x20000;

  static final int EOVERFLOW = 84;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public PosixAbi abi() {
    return new PosixAbi(
        Bsd.MAP_ANON, MAP_NORESERVE, Bsd.O_CREAT, Bsd.O_EXCL, O_CLOEXEC, Bsd.O_NOFOLLOW);
  }

  @Override
  public ErrnoTable errors() {
    return Bsd.errors().add(EOVERFLOW, "EOVERFLOW", Kind.OUT_OF_MEMORY);
  }

  @Override
  public NativeFunction shmOpen() {
    return BsdCalls.SHM_OPEN_OF_SHORT_MODE;
  }

  @Override
  public List<NativeFunction> functions() {
    return List.of(shmOpen());
  }

  @Override
  public String hint(String function, String text, int code) {
    return function.equals("mmap") && code == Bsd.ENOMEM
        ? "out of memory, address space (RLIMIT_VMEM) or mappings (vm.max_proc_mmap)"
        : "";
  }

  @Override
  public List<DualRoute> routes(BsdKernel kernel) {
    return List.of(FileRoute.sharedMemory(kernel), FileRoute.temporaryFile(kernel));
  }

  @Override
  public Places places(BsdKernel kernel) {
    return new Places.Hinted(new ReservedSpace(kernel.posix()), MAP_TRYFIXED);
  }

  @Override
  public String largePages() {
    return "DragonFly aligns large mappings by itself, and no call is known that asks for large pages";
  }

  @Override
  public List<Condition> conditions(BsdKernel kernel) {
    return List.of();
  }
}
