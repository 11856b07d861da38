package io.jitmem.tests;

import io.jitmem.tests.simulated.SimulatedVirtMem;
import io.jitmem.tests.simulated.SimulatedVirtMemBuilder;
import io.jitmem.virtmem.Ability;
import io.jitmem.virtmem.VirtMem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/** The simulated system keeps every promise, whatever it has and lacks. */
class SimulatedVirtMemContractTest {
  /** As much as the contract has reserved at once, and something to spare. */
  private static final long ADDRESS_SPACE = 4L << 30;

  private static SimulatedVirtMemBuilder backed() {
    return SimulatedVirtMem.builder().backed(ADDRESS_SPACE);
  }

  /** The contract on one system; nothing may be mapped after a test. */
  abstract static class Simulated extends VirtMemContract {
    private final SimulatedVirtMem memory;

    Simulated(SimulatedVirtMem memory) {
      this.memory = memory;
    }

    @Override
    protected VirtMem virtMem() {
      return memory;
    }

    @Override
    protected AccessProbe probe() {
      return memory.probe();
    }

    @Override
    protected long mappedBytes() {
      return memory.mappedBytes() + memory.committedBytes();
    }

    @AfterEach
    void nothing_is_left_mapped() {
      memory.requireNothingMapped();
    }
  }

  @Nested
  class Plain extends Simulated {
    private static final SimulatedVirtMem MEMORY = backed().build();

    Plain() {
      super(MEMORY);
    }
  }

  @Nested
  class WithWriteXorExecute extends Simulated {
    private static final SimulatedVirtMem MEMORY =
        backed()
            .refuse(Ability.RWX, "this system enforces W^X")
            .refuse(Ability.RW_TO_RX, "what was writable stays so")
            .boundsProtections(true)
            .build();

    WithWriteXorExecute() {
      super(MEMORY);
    }
  }

  @Nested
  class WithPagesOf16KiB extends Simulated {
    private static final SimulatedVirtMem MEMORY =
        backed()
            .pageByteSize(16 << 10)
            .allow(Ability.MAP_JIT)
            .refuse(Ability.RWX, "only under the write switch")
            .build();

    WithPagesOf16KiB() {
      super(MEMORY);
    }
  }

  @Nested
  class WithGranulesOf64KiBAndLargePages extends Simulated {
    private static final SimulatedVirtMem MEMORY =
        backed()
            .granularity(64 << 10)
            .largePages(2L << 20, 32L << 20)
            .allow(Ability.GUARDED_BRANCHES)
            .build();

    WithGranulesOf64KiBAndLargePages() {
      super(MEMORY);
    }
  }

  @Nested
  class WithAListOfCallTargets extends Simulated {
    private static final SimulatedVirtMem MEMORY = backed().listsCallTargets().build();

    WithAListOfCallTargets() {
      super(MEMORY.guardingBranches());
    }
  }

  @Nested
  class WithoutReservations extends Simulated {
    private static final SimulatedVirtMem MEMORY =
        backed()
            .refuse(Ability.RESERVE, "this system has none")
            .refuse(Ability.DISCARD, "this system keeps what is mapped")
            .populates(false)
            .build();

    WithoutReservations() {
      super(MEMORY);
    }
  }

  @Nested
  class WithoutSecondViews extends Simulated {
    private static final SimulatedVirtMem MEMORY =
        backed()
            .mechanisms()
            .refuse(Ability.CORE_SYNCHRONIZATION, "this system has no barrier")
            .refuse(Ability.NEAR_PLACEMENT, "this system takes no wishes")
            .build();

    WithoutSecondViews() {
      super(MEMORY);
    }
  }

  @Nested
  class WithOneMechanismOfTwo extends Simulated {
    private static final SimulatedVirtMem MEMORY =
        backed()
            .mechanisms(SimulatedVirtMem.TEMPORARY_FILE)
            .refuseMechanism("object", "this system has no memory objects")
            .build();

    WithOneMechanismOfTwo() {
      super(MEMORY);
    }
  }
}
