package io.jitmem.tests;

import io.jitmem.virtmem.Protection;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongFunction;

/** Tries by system calls, and asks books that are not the backend's what a page is. */
final class ToldProbe implements AccessProbe {
  private final SystemCallProbe bySystemCall = new SystemCallProbe();
  private final LongFunction<Optional<Protection>> books;

  /** Asks books that know the protection of the page at an address. */
  ToldProbe(LongFunction<Optional<Protection>> books) {
    this.books = books;
  }

  /** Asks Linux. */
  static ToldProbe byMaps() {
    return new ToldProbe(address -> ProcessMaps.at(address).map(ProcessMaps.Line::protection));
  }

  @Override
  public boolean readable(MemorySegment memory) {
    return bySystemCall.readable(memory);
  }

  @Override
  public boolean writable(MemorySegment memory) {
    return bySystemCall.writable(memory);
  }

  @Override
  public Optional<Protection> told(MemorySegment memory) {
    return books.apply(memory.address());
  }
}
