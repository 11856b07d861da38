package io.jitmem.macos;

import io.jitmem.mapped.ViewAddresses;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.posix.ReservedSpace;
import io.jitmem.virtmem.MappingOptions;

/**
 * Private memory whose pages are mapped a second time, with neither view ever to become what the
 * other is. macOS has no other way: its POSIX shared memory never becomes executable, and files
 * that are not signed need not.
 */
record RemapRoute(PosixCalls posix, MachCalls mach) implements DualRoute {
  static final String MECHANISM = "mach_vm_remap";

  private static final int READ_EXECUTE = Mach.VM_PROT_READ | Mach.VM_PROT_EXECUTE;
  private static final int READ_WRITE = Mach.VM_PROT_READ | Mach.VM_PROT_WRITE;

  @Override
  public String mechanism() {
    return MECHANISM;
  }

  @Override
  public ViewAddresses map(long byteSize, MappingOptions options) {
    long rx = writable(0, byteSize, 0);
    try {
      long rw = mach.remap(rx, byteSize, 0);
      try {
        return bounded(new ViewAddresses(rx, rw), byteSize);
      } catch (RuntimeException failure) {
        Undo.after(failure, () -> posix.munmap(rw, byteSize));
        throw failure;
      }
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(rx, byteSize));
      throw failure;
    }
  }

  /** A call that fails may have unmapped what it was to replace. */
  @Override
  public void mapAt(ViewAddresses place, long byteSize) {
    ReservedSpace space = new ReservedSpace(posix);
    try {
      writable(place.rx(), byteSize, Posix.MAP_FIXED);
      mach.remap(place.rx(), byteSize, place.rw());
      bounded(place, byteSize);
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> space.over(place.rx(), byteSize));
      Undo.after(failure, () -> space.over(place.rw(), byteSize));
      throw failure;
    }
  }

  private long writable(long address, long byteSize, int furtherFlags) {
    int flags = Posix.MAP_PRIVATE | Macos.MAP_ANON | furtherFlags;
    return posix.mmap(address, byteSize, Posix.PROT_READ | Posix.PROT_WRITE, flags, -1);
  }

  /** The maximum comes last: what it does not cover is taken from the current protection. */
  private ViewAddresses bounded(ViewAddresses views, long byteSize) {
    mach.protect(views.rx(), byteSize, false, READ_EXECUTE);
    mach.protect(views.rw(), byteSize, false, READ_WRITE);
    mach.protect(views.rx(), byteSize, true, READ_EXECUTE);
    mach.protect(views.rw(), byteSize, true, READ_WRITE);
    return views;
  }
}
