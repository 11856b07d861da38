package io.jitmem.linux;

import io.jitmem.nativecall.Undo;
import io.jitmem.posix.Posix;
import io.jitmem.posix.PosixCalls;
import io.jitmem.virtmem.spi.FileMarking;
import java.nio.file.Path;

/** Maps a page of a file executable, which the kernel tells those who record its events. */
record ExecutableMark(PosixCalls posix) {
  FileMarking.Mark map(Path file, long pageByteSize) {
    int flags = Posix.O_RDWR | posix.abi().O_CLOEXEC() | posix.abi().O_NOFOLLOW();
    int fd = posix.open(file.toString(), flags, 0);
    long address = mapped(fd, pageByteSize);
    return () -> posix.munmap(address, pageByteSize);
  }

  private long mapped(int fd, long pageByteSize) {
    long address;
    try {
      address = posix.mmap(pageByteSize, Posix.PROT_READ | Posix.PROT_EXEC, Posix.MAP_PRIVATE, fd);
    } catch (RuntimeException refused) {
      Undo.after(refused, () -> posix.close(fd));
      throw refused;
    }
    posix.close(fd);
    return address;
  }
}
