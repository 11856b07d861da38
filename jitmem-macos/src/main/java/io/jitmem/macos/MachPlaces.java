package io.jitmem.macos;

import io.jitmem.posix.Places;
import io.jitmem.posix.ReservedSpace;

/**
 * A hint makes mmap look upwards from it, and then from the lowest address on. At an address it can
 * only replace what is there; Mach's own call refuses then (KERN_NO_SPACE).
 */
record MachPlaces(ReservedSpace space, MachCalls mach) implements Places {
  @Override
  public long from(long address, long byteSize) {
    return space.at(address, byteSize, 0);
  }

  @Override
  public long at(long address, long byteSize) {
    return mach.reserve(address, byteSize);
  }
}
