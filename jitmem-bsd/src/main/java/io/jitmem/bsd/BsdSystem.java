package io.jitmem.bsd;

import io.jitmem.nativecall.NativeFunction;
import io.jitmem.posix.DualRoute;
import io.jitmem.posix.ErrnoTable;
import io.jitmem.posix.Places;
import io.jitmem.posix.PosixAbi;
import io.jitmem.virtmem.Condition;
import io.jitmem.virtmem.Protection;
import java.util.List;

/** One of the BSDs, or a system like them: its numbers, and what it does its own way. */
interface BsdSystem {
  /** The name, as Java has it in {@code os.name}. */
  String name();

  /** Its numbers. */
  PosixAbi abi();

  /** Its error codes. */
  ErrnoTable errors();

  /** Its prototype of shm_open. */
  NativeFunction shmOpen();

  /** The functions that are called here beside those of every Unix system. */
  List<NativeFunction> functions();

  /** The cause of a failed call that only this system has, or the empty string. */
  String hint(String function, String text, int code);

  /** The ways to map memory twice, in the order in which they are tried. */
  List<DualRoute> routes(BsdKernel kernel);

  /** How address space is had at an address. */
  Places places(BsdKernel kernel);

  /** Further flags of mmap for memory of a size. */
  default int alignment(BsdKernel kernel, long byteSize) {
    return 0;
  }

  /** The best way to synchronise the cores. */
  default CoreBarrier barrier(BsdKernel kernel) {
    return PageBarrier.on(this, kernel);
  }

  /**
   * Checks that a protection may be asked of the system.
   *
   * @throws UnsupportedOperationException if not
   */
  default void requireAllowed(Protection protection) {}

  /**
   * Checks that the system bounds the later protections of a mapping.
   *
   * @throws UnsupportedOperationException if not
   */
  default void requireBounding(BsdKernel kernel, Protection maximum) {
    throw new UnsupportedOperationException(
        name() + " does not bound the later protections of a mapping");
  }

  /** Why memory cannot be asked for in large pages. */
  String largePages();

  /** What of its settings bears on executable memory. */
  List<Condition> conditions(BsdKernel kernel);
}
