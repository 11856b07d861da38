package io.jitmem.tests;

import io.jitmem.virtmem.MappingOptions;
import io.jitmem.virtmem.Placement;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;

/** What a backend may be asked for, each with all that it takes; nothing is left if it fails. */
final class MemoryUse {
  private MemoryUse() {}

  static void allocate(VirtMem memory, long bytes) {
    memory.release(memory.allocate(bytes, Protection.RW));
  }

  static void protect(VirtMem memory, long bytes) {
    MemorySegment mapped = memory.allocate(bytes, Protection.RW);
    try {
      memory.protect(mapped, Protection.RX);
    } finally {
      memory.release(mapped);
    }
  }

  static void dual(VirtMem memory, long bytes) {
    memory.release(memory.allocateDual(bytes));
  }

  static void dual(VirtMem memory, long bytes, String mechanism) {
    MappingOptions only = MappingOptions.NONE.withMechanism(mechanism);
    memory.release(memory.allocateDual(bytes, only));
  }

  static void commit(VirtMem memory, long bytes) {
    MemorySegment reserved = memory.reserve(bytes, Placement.anywhere());
    try {
      memory.commit(reserved, Protection.RW);
      reserved.fill((byte) 1);
      memory.decommit(reserved);
    } finally {
      memory.release(reserved);
    }
  }

  /** Two views, each of half of a reservation. */
  static void commitDual(VirtMem memory, long bytes) {
    MemorySegment reserved = memory.reserve(bytes, Placement.anywhere());
    try {
      memory.commitDual(reserved.asSlice(0, bytes / 2), reserved.asSlice(bytes / 2));
      reserved.asSlice(bytes / 2).fill((byte) 1);
    } finally {
      memory.release(reserved);
    }
  }

  static void near(VirtMem memory, long bytes) {
    MemorySegment target = memory.allocate(bytes, Protection.NONE);
    try {
      memory.release(memory.reserve(bytes, Placement.near(target.address(), 1L << 31)));
    } finally {
      memory.release(target);
    }
  }

  static void underSwitch(VirtMem memory, long bytes) {
    MemorySegment jit = memory.allocate(bytes, Protection.RWX, MappingOptions.NONE.withMapJit());
    try {
      memory.writeJit(jit.asSlice(0, 8), MemorySegment.ofArray(new byte[8]));
    } finally {
      memory.release(jit);
    }
  }
}
