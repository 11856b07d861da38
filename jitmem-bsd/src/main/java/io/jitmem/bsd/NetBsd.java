package io.jitmem.bsd;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.NativeFunction;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.Access;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Places;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixAbi;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.ProtectionBound;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * NetBSD 8 and later. Under PaX MPROTECT no mapping is writable and executable at once, and none
 * becomes what was not said when it was mapped: we always say it (PROT_MPROTECT). From {@code
 * sys/mman.h}, {@code sys/fcntl.h}, {@code sys/errno.h}; the same on the CPUs known.
 */
final class NetBsd implements BsdSystem {
  static final String NAME = "NetBSD";

  static final int MAP_NORESERVE = 0x40;
  static final int MAP_TRYFIXED = 0x400;

  /** A flag of mremap. */
  static final int MAP_REMAPDUP = 4;

  /** PROT_MPROTECT shifts the bits of a protection by so much. */
  static final int PROT_MPROTECT_SHIFT = 3;

  static final int O_CLOEXEC = 0x400000;
  static final int MFD_CLOEXEC = 1;

  static final int EOVERFLOW = 84;
  static final int ENOTSUP = 86;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public PosixAbi abi() {
    return new PosixAbi(
        Bsd.MAP_ANON,
        MAP_NORESERVE,
        Bsd.O_CREAT,
        Bsd.O_EXCL,
        O_CLOEXEC,
        Bsd.O_NOFOLLOW,
        new ProtectionBound("PROT_MPROTECT", PROT_MPROTECT_SHIFT));
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
    return List.of(
        shmOpen(),
        BsdCalls.MEMFD_CREATE,
        BsdCalls.SYSCTLBYNAME,
        BsdCalls.MREMAP,
        BsdCalls.CLEAR_CACHE);
  }

  @Override
  public String hint(String function, String text, int code) {
    boolean protection = function.equals("mmap") || function.equals("mprotect");
    if (protection && code == ErrnoTable.EACCES && !text.contains("fd=")) {
      return "PaX MPROTECT denies it (security.pax.mprotect.enabled); paxctl +m exempts a program";
    }
    return function.equals("shm_open") && code == ENOTSUP ? "/var/shm is no tmpfs" : "";
  }

  @Override
  public List<DualRoute> routes(BsdKernel kernel) {
    return List.of(
        new Duplicate(kernel),
        FileRoute.memfd(kernel, MFD_CLOEXEC, byteSize -> 0),
        FileRoute.sharedMemory(kernel),
        FileRoute.temporaryFile(kernel));
  }

  /** Private memory whose pages are mapped a second time; no descriptor, no limit on file sizes. */
  private record Duplicate(BsdKernel kernel) implements DualRoute {
    @Override
    public String mechanism() {
      return "mremap";
    }

    @Override
    public ViewAddresses map(long byteSize, MappingOptions options) {
      PosixCalls posix = kernel.posix();
      long rx = empty(0, byteSize, 0);
      try {
        long rw = kernel.own().mremap(rx, byteSize, 0, MAP_REMAPDUP);
        try {
          return protectedViews(new ViewAddresses(rx, rw), byteSize);
        } catch (RuntimeException failure) {
          Undo.after(failure, () -> posix.munmap(rw, byteSize));
          throw failure;
        }
      } catch (RuntimeException failure) {
        Undo.after(failure, () -> posix.munmap(rx, byteSize));
        throw failure;
      }
    }

    @Override
    public void mapAt(ViewAddresses place, long byteSize) {
      ReservedSpace space = new ReservedSpace(kernel.posix());
      try {
        empty(place.rx(), byteSize, Posix.MAP_FIXED);
        kernel.own().mremap(place.rx(), byteSize, place.rw(), MAP_REMAPDUP | Posix.MAP_FIXED);
        protectedViews(place, byteSize);
      } catch (RuntimeException failure) {
        Undo.after(failure, () -> space.over(place.rx(), byteSize));
        Undo.after(failure, () -> space.over(place.rw(), byteSize));
        throw failure;
      }
    }

    private long empty(long address, long byteSize, int furtherFlags) {
      int flags = Posix.MAP_PRIVATE | Bsd.MAP_ANON | furtherFlags;
      return kernel.posix().mmap(address, byteSize, Access.open(Posix.PROT_NONE), flags, -1);
    }

    private ViewAddresses protectedViews(ViewAddresses views, long byteSize) {
      kernel.posix().mprotect(views.rx(), byteSize, Posix.PROT_READ | Posix.PROT_EXEC);
      kernel.posix().mprotect(views.rw(), byteSize, Posix.PROT_READ | Posix.PROT_WRITE);
      return views;
    }
  }

  /** A hint that cannot be followed is dropped; MAP_TRYFIXED says that it is meant. */
  @Override
  public Places places(BsdKernel kernel) {
    return new Places.Hinted(new ReservedSpace(kernel.posix()), MAP_TRYFIXED);
  }

  /** Without PaX MPROTECT what was said is not kept, which a page of ours finds out. */
  @Override
  public void requireBounding(BsdKernel kernel, Protection maximum) {
    PosixCalls posix = kernel.posix();
    long page = posix.getpagesize();
    int flags = Posix.MAP_PRIVATE | Bsd.MAP_ANON;
    long address = posix.mmap(0, page, Access.fixed(Posix.PROT_READ), flags, -1);
    boolean bounded = isRefused(posix, address, page);
    posix.munmap(address, page);
    if (!bounded) {
      throw new UnsupportedOperationException(
          "NetBSD bounds the later protections of a mapping under PaX MPROTECT only, which is not in"
              + " force for this process");
    }
  }

  private static boolean isRefused(PosixCalls posix, long address, long page) {
    try {
      posix.mprotect(address, page, Posix.PROT_READ | Posix.PROT_WRITE);
      return false;
    } catch (VirtMemException refused) {
      return refused.kind() == Kind.PERMISSION_DENIED;
    }
  }

  @Override
  public String largePages() {
    return "no call is known by which a program of NetBSD asks for large pages";
  }

  @Override
  public List<Condition> conditions(BsdKernel kernel) {
    List<Condition> found = new ArrayList<>();
    kernel
        .own()
        .setting("security.pax.mprotect.enabled")
        .ifPresent(value ->
            found.add(
                new Condition(
                    "security.pax.mprotect.enabled",
                    String.valueOf(value),
                    value != 0,
                    value != 0
                        ? "no memory is writable and executable at once (EACCES), unless the program"
                            + " is exempt (paxctl +m): written, then executable memory and two views"
                            + " are not concerned"
                        : "")));
    return found;
  }
}
