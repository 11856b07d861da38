package com.example.arena.proof;

import com.example.arena.ArenaVirtMem;
import io.jitmem.tests.AccessProbe;
import io.jitmem.tests.VirtMemContract;
import io.jitmem.virtmem.Protection;
import io.jitmem.virtmem.VirtMem;
import java.lang.foreign.MemorySegment;

/** The contract. The default probe asks the system, which knows nothing of our notes. */
class ArenaVirtMemTest extends VirtMemContract {
  private static final ArenaVirtMem MEMORY = new ArenaVirtMem();

  @Override
  protected VirtMem virtMem() {
    return MEMORY;
  }

  @Override
  protected AccessProbe probe() {
    return new AccessProbe() {
      @Override
      public boolean readable(MemorySegment memory) {
        return noted(memory).readable();
      }

      @Override
      public boolean writable(MemorySegment memory) {
        return noted(memory).writable();
      }
    };
  }

  private static Protection noted(MemorySegment memory) {
    return MEMORY.protection(memory.address()).orElseThrow();
  }

  @Override
  protected long mappedBytes() {
    return MEMORY.mappedBytes();
  }
}
