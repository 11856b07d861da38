package io.jitmem.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jitmem.mapped.PageRun;
import io.jitmem.nativecall.Undo;
import io.jitmem.posix.AddressRange;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.Architecture;
import io.jitmem.virtmem.VirtMemException;
import io.jitmem.virtmem.VirtMemException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Punches holes into the files behind shared pages: MADV_REMOVE. User-mode emulators take it for a
 * mere advice and answer that all is well. So on CPUs that are often emulated it is tried once, and
 * where the contents stay, writable pages are filled with zeros instead, which is what was promised
 * of them.
 *
 * <p>{@code trusted} is written without a lock: threads that race find the same.
 */
final class PageRemoval {
  private enum Trust {
    UNKNOWN,
    WORKS,
    IGNORED
  }

  private final PosixCalls posix;
  private final CodeBinder binder;
  private final LinuxEnvironment environment;
  private volatile Trust trusted;

  PageRemoval(LinuxAbi abi, PosixCalls posix, CodeBinder binder, LinuxEnvironment environment) {
    this.posix = posix;
    this.binder = binder;
    this.environment = environment;
    trusted = abi.architecture() == Architecture.X86_64 ? Trust.WORKS : Trust.UNKNOWN;
  }

  void remove(PageRun run) {
    if (trusted == Trust.UNKNOWN) {
      trusted = tried();
    }
    if (trusted == Trust.WORKS) {
      advise(run.address(), run.byteSize());
    } else {
      requireWritable(run);
      memory(run.address(), run.byteSize()).fill((byte) 0);
    }
  }

  private Trust tried() {
    long page = posix.getpagesize();
    int flags = Posix.MAP_SHARED | LinuxAbi.MAP_ANON;
    long address = posix.mmap(page, Posix.PROT_READ | Posix.PROT_WRITE, flags, -1);
    try {
      memory(address, page).set(JAVA_BYTE, 0, (byte) 1);
      advise(address, page);
      boolean removed = memory(address, page).get(JAVA_BYTE, 0) == 0;
      posix.munmap(address, page);
      return removed ? Trust.WORKS : Trust.IGNORED;
    } catch (RuntimeException failure) {
      Undo.after(failure, () -> posix.munmap(address, page));
      throw failure;
    }
  }

  private void requireWritable(PageRun run) {
    AddressRange wanted = new AddressRange(run.address(), run.address() + run.byteSize());
    long writable =
        environment.mappings().stream()
            .filter(line -> line.charAt(line.indexOf(' ') + 2) == 'w')
            .map(AddressGaps::parse)
            .mapToLong(range -> common(range, wanted))
            .sum();
    if (writable < run.byteSize()) {
      throw new VirtMemException(
          Kind.NOT_SUPPORTED, "this emulator ignores MADV_REMOVE, and " + run + " is read-only");
    }
  }

  private static long common(AddressRange first, AddressRange second) {
    return Math.max(0, Math.min(first.to(), second.to()) - Math.max(first.from(), second.from()));
  }

  private MemorySegment memory(long address, long byteSize) {
    return binder.segment(address, byteSize, Arena.global());
  }

  private void advise(long address, long byteSize) {
    posix.madvise(address, byteSize, LinuxAbi.MADV_REMOVE, "MADV_REMOVE");
  }
}
