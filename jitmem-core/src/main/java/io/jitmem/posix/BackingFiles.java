package io.jitmem.posix;

import io.jitmem.nativecall.Undo;
import io.jitmem.virtmem.VirtMemException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Opens nameless files to back dual mappings: each is unlinked as soon as it is open, so that
 * nothing is left in any file system, however the process ends.
 */
public final class BackingFiles {
  private final PosixCalls calls;
  private final int flags;
  private final int sharedFlags;

  /** Files opened by the calls of a system, whose shm_open takes the flags that open takes. */
  public BackingFiles(PosixCalls calls) {
    this(calls, calls.abi().O_CLOEXEC() | calls.abi().O_NOFOLLOW());
  }

  /**
   * Files opened by the calls of a system.
   *
   * @param furtherSharedFlags what shm_open is asked for beside a new object to read and write;
   *     where that is not O_CLOEXEC, the system must see to it by itself
   */
  public BackingFiles(PosixCalls calls, int furtherSharedFlags) {
    this.calls = calls;
    PosixAbi abi = calls.abi();
    int created = Posix.O_RDWR | abi.O_CREAT() | abi.O_EXCL();
    flags = created | abi.O_CLOEXEC() | abi.O_NOFOLLOW();
    sharedFlags = created | furtherSharedFlags;
  }

  /** A POSIX shared memory object. */
  public int sharedMemory() {
    String name = "/" + uniqueName();
    int fd = calls.shmOpen(name, sharedFlags, Posix.OWNER_ONLY);
    return unlinked(fd, () -> calls.shmUnlink(name));
  }

  /** A file in a directory. */
  public int temporaryFile(String directory) {
    String path = directory + "/" + uniqueName();
    int fd = calls.open(path, flags, Posix.OWNER_ONLY);
    return unlinked(fd, () -> calls.unlink(path));
  }

  private int unlinked(int fd, Runnable unlink) {
    try {
      unlink.run();
      return fd;
    } catch (VirtMemException failure) {
      Undo.after(failure, () -> calls.close(fd));
      throw failure;
    }
  }

  /**
   * Whether a file was made that could not be removed: another try would only leave another one.
   */
  static boolean isLeftBehind(RuntimeException failure) {
    return failure instanceof VirtMemException refused
        && refused
            .call()
            .map(VirtMemException.Call::text)
            .filter(text -> text.startsWith("unlink(") || text.startsWith("shm_unlink("))
            .isPresent();
  }

  private static String uniqueName() {
    return "jitmem-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
