package com.example.arena.proof;

import com.example.arena.ArenaVirtMem;
import io.jitmem.tests.allocator.AllocatorContract;
import io.jitmem.tests.allocator.AllocatorSetup;
import io.jitmem.virtmem.VirtMem;
import java.util.List;

/** An allocator on the backend beside a model, in every configuration that the backend serves. */
class ArenaAllocatorPropertyTest extends AllocatorContract {
  private static final ArenaVirtMem MEMORY = new ArenaVirtMem();
  private static final List<AllocatorSetup> SETUPS =
      AllocatorSetup.everyCombination().stream().filter(each -> each.isServedBy(MEMORY)).toList();

  @Override
  protected VirtMem virtMem() {
    return MEMORY;
  }

  @Override
  protected List<AllocatorSetup> setups() {
    return SETUPS;
  }
}
