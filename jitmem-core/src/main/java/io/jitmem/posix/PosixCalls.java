package io.jitmem.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.jitmem.nativecall.BoundFunction;
import io.jitmem.nativecall.CallState;
import io.jitmem.nativecall.NativeBinder;
import io.jitmem.nativecall.NativeFunction;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodType;
import java.util.List;

/**
 * The POSIX calls, one method each. A call that fails throws {@link
 * io.jitmem.virtmem.VirtMemException} with its arguments and the errno of this very call. Addresses
 * are plain numbers: whoever calls knows what lies there.
 */
public final class PosixCalls {
  static final NativeFunction GETPAGESIZE =
      NativeFunction.of("getpagesize", FunctionDescriptor.of(JAVA_INT)).withoutErrno();
  static final NativeFunction MMAP =
      NativeFunction.of(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  static final NativeFunction MUNMAP =
      NativeFunction.of("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  static final NativeFunction MPROTECT =
      NativeFunction.of(
          "mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  static final NativeFunction MADVISE =
      NativeFunction.of("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
  static final NativeFunction CLOSE =
      NativeFunction.of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  static final NativeFunction FTRUNCATE =
      NativeFunction.of("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

  /** It answers the error itself, and leaves errno alone. */
  static final NativeFunction POSIX_FALLOCATE =
      NativeFunction.of(
              "posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG))
          .withoutErrno();

  static final NativeFunction OPEN =
      NativeFunction.of("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT))
          .variadicFrom(2);
  static final NativeFunction UNLINK =
      NativeFunction.of("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));

  /** Fills with zeros what a file system cannot allocate. */
  static final NativeFunction PWRITE =
      NativeFunction.of(
          "pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));

  /** The limits are two numbers of 64 bits on every 64-bit system. */
  static final NativeFunction GETRLIMIT =
      NativeFunction.of("getrlimit", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  static final NativeFunction SHM_UNLINK =
      NativeFunction.of("shm_unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS)).orIn("librt.so.1");

  /** The functions whose prototype is the same on every system. */
  public static final List<NativeFunction> FUNCTIONS =
      List.of(
          GETPAGESIZE,
          MMAP,
          MUNMAP,
          MPROTECT,
          MADVISE,
          CLOSE,
          FTRUNCATE,
          POSIX_FALLOCATE,
          OPEN,
          UNLINK,
          PWRITE,
          GETRLIMIT,
          SHM_UNLINK);

  /** The state of the call, name, flags and mode, whatever the width of {@code mode_t} is. */
  private static final MethodType SHM_OPEN_TYPE =
      MethodType.methodType(
          int.class, MemorySegment.class, MemorySegment.class, int.class, int.class);

  private final PosixAbi abi;

  /** What every executable protection has beside {@code PROT_EXEC}. */
  private final int executableBits;

  private final CallErrors errors;
  private final BoundFunction getpagesize;
  private final BoundFunction mmap;
  private final BoundFunction munmap;
  private final BoundFunction mprotect;
  private final BoundFunction madvise;
  private final BoundFunction close;
  private final BoundFunction ftruncate;
  private final BoundFunction posixFallocate;
  private final BoundFunction open;
  private final BoundFunction unlink;
  private final BoundFunction pwrite;
  private final BoundFunction getrlimit;
  private final BoundFunction shmOpen;
  private final BoundFunction shmUnlink;

  /**
   * The calls of a system; {@code shmOpen} is its prototype there, which is not the same on all of
   * them.
   */
  public PosixCalls(NativeBinder binder, PosixAbi abi, CallErrors errors, NativeFunction shmOpen) {
    this(binder, abi, errors, shmOpen, 0);
  }

  /** Calls that add bits to every protection with {@code PROT_EXEC}. */
  public PosixCalls(
      NativeBinder binder,
      PosixAbi abi,
      CallErrors errors,
      NativeFunction shmOpen,
      int executableBits) {
    this.abi = abi;
    this.executableBits = executableBits;
    this.errors = errors;
    getpagesize = new BoundFunction(binder, GETPAGESIZE);
    mmap = new BoundFunction(binder, MMAP);
    munmap = new BoundFunction(binder, MUNMAP);
    mprotect = new BoundFunction(binder, MPROTECT);
    madvise = new BoundFunction(binder, MADVISE);
    close = new BoundFunction(binder, CLOSE);
    ftruncate = new BoundFunction(binder, FTRUNCATE);
    posixFallocate = new BoundFunction(binder, POSIX_FALLOCATE);
    open = new BoundFunction(binder, OPEN);
    unlink = new BoundFunction(binder, UNLINK);
    pwrite = new BoundFunction(binder, PWRITE);
    getrlimit = new BoundFunction(binder, GETRLIMIT);
    this.shmOpen = new BoundFunction(binder, shmOpen, SHM_OPEN_TYPE);
    shmUnlink = new BoundFunction(binder, SHM_UNLINK);
  }

  /** The constants that these calls are made with. */
  public PosixAbi abi() {
    return abi;
  }

  /** The errors of these calls. */
  public CallErrors errors() {
    return errors;
  }

  public int getpagesize() {
    try {
      return (int) getpagesize.handle().invokeExact();
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Maps memory at an address of the system's choice. */
  public long mmap(long byteSize, int prot, int flags, int fd) {
    return mmap(0, byteSize, prot, flags, fd);
  }

  /** Maps memory that may be changed to anything later, at {@code address} if that is not 0. */
  public long mmap(long address, long byteSize, int prot, int flags, int fd) {
    return mmap(address, byteSize, Access.open(prot), flags, fd);
  }

  /** Maps memory, at {@code address} if that is not 0. */
  public long mmap(long address, long byteSize, Access access, int flags, int fd) {
    int prot = completed(access.now()) | abi.bound().bits(access.atMost());
    try (CallState state = new CallState()) {
      long mapped =
          (long) mmap.handle().invokeExact(state.segment(), address, byteSize, prot, flags, fd, 0L);
      if (mapped == Posix.MAP_FAILED) {
        String file = fd < 0 ? "" : ", fd=" + fd;
        throw errors.failure(
            "mmap",
            "mmap("
                + Posix.addressText(address)
                + ", "
                + byteSize
                + ", "
                + abi.bound().text(prot)
                + ", "
                + Posix.mapText(flags, abi)
                + file
                + ")",
            state.errno());
      }
      return mapped;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private int completed(int prot) {
    return (prot & Posix.PROT_EXEC) == 0 ? prot : prot | executableBits;
  }

  public void munmap(long address, long byteSize) {
    try (CallState state = new CallState()) {
      int rc = (int) munmap.handle().invokeExact(state.segment(), address, byteSize);
      if (rc != 0) {
        throw errors.failure(
            "munmap", "munmap(" + Posix.hex(address) + ", " + byteSize + ")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  public void mprotect(long address, long byteSize, int plainProt) {
    int prot = completed(plainProt);
    try (CallState state = new CallState()) {
      int rc = (int) mprotect.handle().invokeExact(state.segment(), address, byteSize, prot);
      if (rc != 0) {
        throw errors.failure(
            "mprotect",
            "mprotect(" + Posix.hex(address) + ", " + byteSize + ", " + Posix.protText(prot) + ")",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** {@code name} is the advice as C source has it: the numbers differ between the systems. */
  public void madvise(long address, long byteSize, int advice, String name) {
    try (CallState state = new CallState()) {
      int rc = (int) madvise.handle().invokeExact(state.segment(), address, byteSize, advice);
      if (rc != 0) {
        throw errors.failure(
            "madvise",
            "madvise(" + Posix.hex(address) + ", " + byteSize + ", " + name + ")",
            state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  public void close(int fd) {
    try (CallState state = new CallState()) {
      int rc = (int) close.handle().invokeExact(state.segment(), fd);
      if (rc != 0) {
        throw errors.failure("close", "close(" + fd + ")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  public void ftruncate(int fd, long byteSize) {
    try (CallState state = new CallState()) {
      int rc = (int) ftruncate.handle().invokeExact(state.segment(), fd, byteSize);
      if (rc != 0) {
        throw errors.failure("ftruncate", "ftruncate(" + fd + ", " + byteSize + ")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /**
   * Makes sure that the first bytes of a file have storage, so that a later write cannot find none.
   */
  public void posixFallocate(int fd, long byteSize) {
    int code;
    do {
      try {
        code = (int) posixFallocate.handle().invokeExact(fd, 0L, byteSize);
      } catch (Throwable t) {
        throw BoundFunction.unexpected(t);
      }
      // A profiler's signals may come at any time, and what was taken so far stays taken.
    } while (code == ErrnoTable.EINTR);
    if (code != 0) {
      throw errors.failure(
          "posix_fallocate", "posix_fallocate(" + fd + ", 0, " + byteSize + ")", code);
    }
  }

  /** Writes zeros to a part of a file; answers how many bytes of it were written. */
  public long pwriteZeros(int fd, long byteSize, long offset) {
    try (CallState state = new CallState()) {
      MemorySegment zeros = state.buffer(byteSize);
      long written =
          (long) pwrite.handle().invokeExact(state.segment(), fd, zeros, byteSize, offset);
      if (written < 0) {
        throw errors.failure(
            "pwrite", "pwrite(" + fd + ", zeros, " + byteSize + ", " + offset + ")", state.errno());
      }
      return written;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** The soft limit of a resource; a negative number is no limit. */
  public long getrlimit(int resource) {
    try (CallState state = new CallState()) {
      MemorySegment limits = state.buffer(2 * Long.BYTES);
      int rc = (int) getrlimit.handle().invokeExact(state.segment(), resource, limits);
      if (rc != 0) {
        throw errors.failure("getrlimit", "getrlimit(" + resource + ")", state.errno());
      }
      return limits.get(JAVA_LONG, 0);
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Opens a file; {@code mode} is its permissions if it is created. */
  public int open(String path, int flags, int mode) {
    try (CallState state = new CallState()) {
      int fd = (int) open.handle().invokeExact(state.segment(), state.string(path), flags, mode);
      if (fd < 0) {
        throw errors.failure(
            "open", openText("open", '"' + path + '"', flags, mode), state.errno());
      }
      return fd;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  public void unlink(String path) {
    try (CallState state = new CallState()) {
      int rc = (int) unlink.handle().invokeExact(state.segment(), state.string(path));
      if (rc != 0) {
        throw errors.failure("unlink", "unlink(\"" + path + "\")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  /** Opens a shared memory object; {@code mode} is its permissions if it is created. */
  public int shmOpen(String name, int flags, int mode) {
    try (CallState state = new CallState()) {
      return shmOpen(state, state.string(name), '"' + name + '"', flags, mode);
    }
  }

  /**
   * Opens a shared memory object that a pointer stands for and not a name; {@code text} is how C
   * source has the pointer.
   */
  public int shmOpen(MemorySegment pointer, String text, int flags, int mode) {
    try (CallState state = new CallState()) {
      return shmOpen(state, pointer, text, flags, mode);
    }
  }

  private int shmOpen(CallState state, MemorySegment name, String text, int flags, int mode) {
    try {
      int fd = (int) shmOpen.handle().invokeExact(state.segment(), name, flags, mode);
      if (fd < 0) {
        throw errors.failure("shm_open", openText("shm_open", text, flags, mode), state.errno());
      }
      return fd;
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  public void shmUnlink(String name) {
    try (CallState state = new CallState()) {
      int rc = (int) shmUnlink.handle().invokeExact(state.segment(), state.string(name));
      if (rc != 0) {
        throw errors.failure("shm_unlink", "shm_unlink(\"" + name + "\")", state.errno());
      }
    } catch (Throwable t) {
      throw BoundFunction.unexpected(t);
    }
  }

  private static String openText(String function, String path, int flags, int mode) {
    return function
        + "("
        + path
        + ", "
        + Posix.hex(flags)
        + ", 0"
        + Integer.toOctalString(mode)
        + ")";
  }
}
